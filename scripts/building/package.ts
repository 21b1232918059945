import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import configuration from "../../deno.json" with { type: "json" };
import { repository } from "../repository.ts";
import { run } from "../shell.ts";
import type { ArchivedFile } from "./archive.ts";
import { writeBillOfMaterials } from "./bill_of_materials.ts";
import { listIngredients, writeLicences } from "./ingredients.ts";
import { listSums } from "./sums.ts";
import { writeArchive } from "./tar.ts";
import type { Target } from "./targets.ts";

/** What is told about the command line, and where it stands in an archive. */
const DOCUMENTS: readonly (readonly [path: string, ...args: string[]])[] = [
  ["tachyon.1", "man"],
  ["completions/tachyon.bash", "completions", "bash"],
  ["completions/_tachyon", "completions", "zsh"],
  ["completions/tachyon.fish", "completions", "fish"],
];

const BILL = "tachyon.cdx.json";
const SUMS = "SHA256SUMS";
const INSTALLER = "install.sh";

/** What zstd may need to unpack, 2 to that power: its programs refuse more unless they are told. */
const WINDOW = 27;

/**
 * Packs the executables that were built: for each an archive (`.tar.zst`, and a larger `.tar.gz` for
 * where there is no zstd), and for all of them a bill of materials and a list of hashes.
 */
export async function packTargets(
  targets: readonly Target[],
  dist: string,
  say: (line: string) => void,
): Promise<void> {
  const ingredients = await listIngredients();
  const documents = [
    copy("LICENSE", `${repository}/LICENSE`),
    write("THIRD-PARTY-LICENSES", writeLicences(ingredients)),
    ...await writeDocuments(),
  ];
  const names: string[] = [];
  for (const { name, extension } of targets) {
    const program = `tachyon-${name}${extension}`;
    const folder = `tachyon-${name}`;
    const files = [
      { ...copy(`tachyon${extension}`, `${dist}/${program}`), executable: true },
      ...documents,
    ].map((file) => ({ ...file, path: `${folder}/${file.path}` }));
    const archive = writeArchive(files);
    Deno.writeFileSync(`${dist}/${folder}.tar.zst`, compress(archive));
    Deno.writeFileSync(`${dist}/${folder}.tar.gz`, gzipSync(archive, { level: 9 }));
    const { size } = Deno.statSync(`${dist}/${folder}.tar.zst`);
    say(`dist/${folder}.tar.zst  ${(size / 1e6).toFixed(1)} MB`);
    names.push(program, `${folder}.tar.zst`, `${folder}.tar.gz`);
  }
  Deno.copyFileSync(`${repository}/${INSTALLER}`, `${dist}/${INSTALLER}`);
  const bill = writeBillOfMaterials(configuration.version, ingredients);
  Deno.writeTextFileSync(`${dist}/${BILL}`, `${JSON.stringify(bill, null, 2)}\n`);
  Deno.writeTextFileSync(`${dist}/${SUMS}`, listSums(dist, [...names, INSTALLER, BILL]));
}

function compress(archive: Uint8Array): Uint8Array {
  return zstdCompressSync(archive, {
    params: {
      [constants.ZSTD_c_compressionLevel]: 19,
      [constants.ZSTD_c_enableLongDistanceMatching]: 1,
      [constants.ZSTD_c_windowLog]: WINDOW,
    },
  });
}

async function writeDocuments(): Promise<ArchivedFile[]> {
  const main = ["run", "-q", "-A", "--lock=deno.lock", "--frozen", "src/main.ts"];
  const files: ArchivedFile[] = [];
  for (const [path, ...args] of DOCUMENTS) {
    files.push(write(path, await run(Deno.execPath(), [...main, ...args], { cwd: repository })));
  }
  return files;
}

function copy(path: string, from: string): ArchivedFile {
  return { path, executable: false, bytes: Deno.readFileSync(from) };
}

function write(path: string, text: string): ArchivedFile {
  return { path, executable: false, bytes: new TextEncoder().encode(text) };
}
