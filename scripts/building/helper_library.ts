import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { repository } from "../repository.ts";
import { compile, type Compiler, localCompilers, nameOf, type Outcome } from "./compilers.ts";
import { BuildFault } from "./fault.ts";
import { hostTarget } from "./targets.ts";
import { zigCompiler } from "./zig.ts";

/**
 * The machines the helper can be built for, with zig's names for them. glibc 2.17 (2012) is the
 * oldest that zig links against without warning, and older than any that Deno itself runs on; macOS 11
 * (2020) is the first for arm64.
 */
const TRIPLES: Readonly<Record<string, string>> = {
  "linux-x64": "x86_64-linux-gnu.2.17",
  "linux-arm64": "aarch64-linux-gnu.2.17",
  "macos-x64": "x86_64-macos.11.0",
  "macos-arm64": "aarch64-macos.11.0",
  "windows-x64": "x86_64-windows-gnu",
};

const FLAGS = [
  "-O2",
  "-shared",
  "-pthread",
  "-fPIC",
  "-fvisibility=hidden",
  "-fno-stack-protector",
  "-Wall",
  "-Wextra",
  "-s",
];

/** What some systems need besides. */
const FLAGS_OF: Readonly<Record<string, readonly string[]>> = {
  // Without it the library knows itself by the path where it was made.
  macos: ["-Wl,-install_name,@rpath/helper.dylib"],
  // Libraries that every Windows 10 has, and no C library of the compiler's.
  windows: ["-nostdlib", "-lkernel32", "-lntdll", "-ladvapi32", "-lucrtbase"],
};

const ADVICE = `tachyon needs a C compiler, or npm to fetch one. Install one of
  Debian, Ubuntu:  apt-get install gcc libc6-dev
  Fedora:          dnf install gcc`;

/** What to build, and how. */
export interface HelperRequest {
  /** `linux-x64`; absent: this machine. */
  readonly target?: string;
  /** Build even when nothing has changed, and take warnings for errors. */
  readonly strict?: boolean;
  /** Told about a compiler being fetched, and about warnings. */
  readonly say: (line: string) => void;
  /** The C file; absent: the project's. */
  readonly source?: string;
  /** The folder for the library; absent: where `ffi/helper/library.ts` imports it from. */
  readonly folder?: string;
}

/** A library that is up to date. */
export interface BuiltHelper {
  readonly path: string;
  /** The compiler that made it just now; undefined when it was up to date. */
  readonly compiler: string | undefined;
}

/**
 * Sees to it that the C helper's library is there and made from the present source.
 * Runs side by side do not disturb each other: a library appears whole, by a rename.
 * @throws BuildFault when there is no compiler, or the source does not compile.
 */
export async function buildHelper(request: HelperRequest): Promise<BuiltHelper> {
  const target = request.target ?? hostTarget();
  const triple = TRIPLES[target];
  if (triple === undefined) {
    const known = Object.keys(TRIPLES).join(", ");
    throw new BuildFault(`The C helper cannot be built for ${target} yet; it can for: ${known}.`);
  }
  const source = request.source ?? `${repository}/ffi/helper/helper.c`;
  const folder = request.folder ?? `${repository}/ffi/helper/built`;
  const path = request.target === undefined
    ? `${folder}/helper.so`
    : `${folder}/helper-${target}.so`;
  const usual = [...FLAGS, ...FLAGS_OF[target.split("-")[0]!] ?? []];
  const origin = digest(...readSources(source), [target, ...usual].join(" "));
  if (!request.strict && isUpToDate(path, origin)) return { path, compiler: undefined };

  Deno.mkdirSync(folder, { recursive: true });
  // A library for macOS is signed with the name of its file: the same source shall give the same bytes.
  const unfinished = Deno.makeTempDirSync({ dir: folder, prefix: ".helper-" });
  const partial = `${unfinished}/helper`;
  try {
    const flags = [
      ...usual,
      ...request.strict ? ["-Werror"] : [],
      // Nobody links against it; a linker that runs as root would put a file in the place of a device.
      ...target.startsWith("windows") ? [`-Wl,--out-implib=${unfinished}/helper.lib`] : [],
    ];
    // A cross build always goes through zig: a machine's own compiler knows its own C library only.
    const local = request.target === undefined ? localCompilers(Deno.env.get("CC")) : [];
    const compiler = await compileWithFirst(
      local,
      () => zigCompiler(hostTarget(), triple, request.say),
      (candidate) => compile(candidate, flags, source, partial),
      request.say,
    );
    Deno.renameSync(partial, path);
    writeStamp(path, origin);
    return { path, compiler: nameOf(compiler) };
  } finally {
    Deno.removeSync(unfinished, { recursive: true });
  }
}

/**
 * Compiles with the first compiler that can: one after the other, then the last resort.
 * @throws BuildFault when none can, or when one that works rejects the source.
 */
export async function compileWithFirst(
  local: readonly Compiler[],
  lastResort: () => Promise<Compiler>,
  attempt: (compiler: Compiler) => Promise<Outcome>,
  say: (line: string) => void,
): Promise<Compiler> {
  const tried: string[] = [];
  const succeeds = async (compiler: Compiler): Promise<boolean> => {
    const outcome = await attempt(compiler);
    if (outcome.kind === "rejected") {
      throw new BuildFault(`${nameOf(compiler)} rejects the C helper:\n${outcome.messages}`);
    }
    if (outcome.kind === "unusable") tried.push(`  ${nameOf(compiler)}: ${outcome.reason}`);
    else if (outcome.warnings !== "") say(outcome.warnings);
    return outcome.kind === "compiled";
  };
  for (const compiler of local) if (await succeeds(compiler)) return compiler;
  const zig = await lastResort().catch((fault) => {
    if (!(fault instanceof BuildFault)) throw fault;
    tried.push(`  zig from npm: ${fault.message}`);
  });
  if (zig !== undefined && await succeeds(zig)) return zig;
  throw new BuildFault(
    `The C helper cannot be built here.\n${ADVICE}\nTried:\n${tried.join("\n")}`,
  );
}

/** A C file and those beside it, which it may include. */
function readSources(source: string): Uint8Array[] {
  const folder = dirname(source);
  const others = [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`)
    .filter((path) => path.endsWith(".c") && path !== source).sort();
  return [source, ...others].map((path) => Deno.readFileSync(path));
}

/**
 * True if the library at `path` is the one that was made from `origin`. The stamp names both, so it
 * fits no other library even if two runs with different sources finish in any order.
 */
function isUpToDate(path: string, origin: string): boolean {
  try {
    return Deno.readTextFileSync(`${path}.stamp`) === stamp(path, origin);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function writeStamp(path: string, origin: string): void {
  const partial = `${path}.stamp.${crypto.randomUUID()}`;
  Deno.writeTextFileSync(partial, stamp(path, origin));
  Deno.renameSync(partial, `${path}.stamp`);
}

function stamp(path: string, origin: string): string {
  return `${origin} ${digest(Deno.readFileSync(path))}\n`;
}

function digest(...parts: (Uint8Array | string)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
