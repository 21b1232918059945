/** Measures structures of CPython as a compiler for another system lays them out; nothing is run. */
import { hostTarget } from "../building/targets.ts";
import { zigCompiler } from "../building/zig.ts";
import { findHeaders, headersFor, MINORS } from "../layouts.ts";
import { findPythons, type Python } from "../pythons.ts";
import { run, say } from "../shell.ts";
import { expressionsOf } from "./fields.ts";

/** Another system, as far as headers of Linux have to be changed for it. */
export interface ForeignSystem {
  /** zig's names of its machines, which have to agree. */
  readonly triples: readonly string[];
  /** Its `pyconfig.h`, made of that of Linux. */
  readonly configure: (text: string, minor: number) => string;
  /** Headers that it has not, or that have to be others; by their names. */
  readonly headers: Readonly<Record<string, string>>;
  /** What is measured besides, by names. */
  readonly more?: Readonly<Record<string, string>>;
}

/** What differs from Linux in one minor version. */
export interface ForeignTable {
  readonly minor: number;
  /** The version whose headers were read. */
  readonly version: string;
  readonly values: readonly (readonly [name: string, value: number])[];
}

/**
 * Measures 3.8 to 3.12, and keeps what is not as on Linux.
 * @throws if interpreters with headers are missing, or its machines differ.
 */
export async function measureForeign(system: ForeignSystem): Promise<ForeignTable[]> {
  const pythons = await findPythons();
  const tables: ForeignTable[] = [];
  for (const minor of MINORS) {
    const table = await measureMinor(system, minor, pythons);
    if (table === undefined) throw new Error(`no interpreter 3.${minor} with headers`);
    say(`layouts: 3.${minor} from ${table.version}, ${table.values.length} differ`);
    tables.push(table);
  }
  return tables;
}

async function measureMinor(
  system: ForeignSystem,
  minor: number,
  pythons: readonly Python[],
): Promise<ForeignTable | undefined> {
  for (const python of pythons.filter((python) => python.minor === `3.${minor}`).reverse()) {
    const include = await findHeaders(python);
    if (!(await Deno.stat(`${include}/pyconfig.h`).catch(() => undefined))?.isFile) continue;
    const expressions = new Map([...expressionsOf(minor), ...Object.entries(system.more ?? {})]);
    const found: number[][] = [];
    for (const triple of system.triples) {
      found.push(await measure(system, include, minor, triple, [...expressions.values()]));
    }
    if (found.some((one) => String(one) !== String(found[0]))) {
      throw new Error(`3.${minor}: its machines differ`);
    }
    const module = await import(`../../src/cpython/layouts/python3${minor}.ts`) as Record<
      string,
      Record<string, number>
    >;
    const linux = module[`python3${minor}`]!;
    const values = [...expressions.keys()].map((name, index) => [name, found[0]![index]!] as const)
      .filter(([name, value]) => linux[name] !== value);
    return { minor, version: python.version, values };
  }
  return undefined;
}

async function measure(
  system: ForeignSystem,
  include: string,
  minor: number,
  triple: string,
  expressions: readonly string[],
): Promise<number[]> {
  const work = await Deno.makeTempDir();
  try {
    const configuration = await Deno.readTextFile(`${include}/pyconfig.h`);
    const headers = { ...system.headers, "pyconfig.h": system.configure(configuration, minor) };
    for (const [name, text] of Object.entries(headers)) {
      await Deno.writeTextFile(`${work}/${name}`, text);
    }
    // A header looks for others beside itself first: it must not find those that were changed.
    for await (const { name } of Deno.readDir(include)) {
      if (!(name in headers)) await Deno.symlink(`${include}/${name}`, `${work}/${name}`);
    }
    // One more than measured: zeros would be written in another way.
    const values = expressions.map((expression) => `(unsigned long long)(${expression}) + 1,`);
    await Deno.writeTextFile(
      `${work}/layout.c`,
      `${headersFor(minor)}\nunsigned long long layout[] = {\n${values.join("\n")}\n};\n`,
    );
    const { program, args, env } = await zigCompiler(hostTarget(), triple, say);
    const folders = [work, `${work}/internal`].map((folder) => `-I${folder}`);
    const flags = ["-S", "-w", "-DPy_BUILD_CORE", ...folders, "-o", `${work}/layout.s`];
    await run(program, [...args, ...flags, `${work}/layout.c`], { env });
    const text = await Deno.readTextFile(`${work}/layout.s`);
    const table = text.slice(text.search(/\n_?layout:/));
    const found = [...table.matchAll(/^\s+\.(?:quad|xword)\s+(\d+)/gm)].map(([, word]) =>
      Number(word) - 1
    );
    if (found.length !== expressions.length) {
      throw new Error(`${found.length} numbers of 3.${minor}`);
    }
    return found;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** The rows of a table in TypeScript, by minor versions. */
export function renderTables(tables: readonly ForeignTable[]): string {
  return tables.map(({ minor, version, values }) => {
    const rows = values.map(([name, value]) => `    "${name}": ${value},\n`).join("");
    return `  // ${version}\n  ${minor}: {\n${rows}  },\n`;
  }).join("");
}
