import { createHash } from "node:crypto";
import { repository } from "../repository.ts";
import { BuildFault } from "./fault.ts";

/** One version of a package in the npm registry, and the bytes it must consist of. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** `sha512-` and the base64 digest of the tarball, as the registry states it. */
  readonly integrity: string;
}

/** Where compilers and runtimes from npm are kept; git ignores it. */
export const cacheFolder = `${repository}/.runtime`;

/**
 * Fetches a package's tarball with `npm pack`: the machine's own registry, proxy and certificate
 * settings apply, and no script of the package runs.
 * @throws BuildFault when there is no npm, the registry cannot be reached or the hash is another.
 */
export async function fetchPackage(pinned: PinnedPackage): Promise<Uint8Array<ArrayBuffer>> {
  const spec = `${pinned.name}@${pinned.version}`;
  Deno.mkdirSync(cacheFolder, { recursive: true });
  const folder = Deno.makeTempDirSync({ dir: cacheFolder, prefix: ".fetch-" });
  try {
    const args = [
      "pack",
      spec,
      "--ignore-scripts",
      "--loglevel=error",
      "--pack-destination",
      folder,
    ];
    const output = await npm(args);
    const file = [...Deno.readDirSync(folder)].find((entry) => entry.name.endsWith(".tgz"));
    if (!output.success || file === undefined) {
      const said = new TextDecoder().decode(output.stderr).trim();
      throw new BuildFault(`npm could not fetch ${spec}.\n${said}`.trim());
    }
    const tarball = Deno.readFileSync(`${folder}/${file.name}`);
    verifyIntegrity(pinned, tarball);
    return tarball;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** @throws BuildFault unless the tarball is, byte for byte, the one that was pinned. */
export function verifyIntegrity(pinned: PinnedPackage, tarball: Uint8Array): void {
  const found = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  if (found === pinned.integrity) return;
  throw new BuildFault(
    `The tarball of ${pinned.name}@${pinned.version} is not the one this project was tried with, ` +
      `and is not used.\n  expected ${pinned.integrity}\n  got      ${found}`,
  );
}

async function npm(args: string[]): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command("npm", { args, cwd: repository, stdin: "null" }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new BuildFault("npm is not on the PATH.");
    throw error;
  }
}
