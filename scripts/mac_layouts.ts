/**
 * `deno run -A scripts/mac_layouts.ts` measures where structures of CPython 3.8 to 3.12 are laid out on macOS
 * otherwise than on Linux, by compiling for both of its CPUs, and writes `src/cpython/layouts/macos.ts`. It
 * needs interpreters with headers, and fetches zig from npm at the first use. Headers of Linux do: what differs
 * comes from the system's own types, the locks of threads, but for what `ADAPTED` says.
 */
import { hostTarget } from "./building/targets.ts";
import { zigCompiler } from "./building/zig.ts";
import { findHeaders, headersFor, MINORS } from "./layouts.ts";
import { expressionsOf } from "./layouts/fields.ts";
import { findPythons } from "./pythons.ts";
import { repository } from "./repository.ts";
import { run, say } from "./shell.ts";

const TRIPLES = ["aarch64-macos.11.0", "x86_64-macos.11.0"];

/** Definitions of pyconfig.h that a structure depends on and macOS has not; and a header that it has not. */
const ADAPTED = /^#define (PY_HAVE_PERF_TRAMPOLINE|HAVE_CRYPT_H|HAVE_CRYPT_R)\b.*$/gm;

/** The same numbers as `deno task layouts` measures, on macOS; nothing is run. */
async function measure(include: string, minor: number, triple: string): Promise<number[]> {
  const expressions = [...expressionsOf(minor).values()];
  const work = await Deno.makeTempDir();
  try {
    const configuration = await Deno.readTextFile(`${include}/pyconfig.h`);
    await Deno.writeTextFile(`${work}/pyconfig.h`, configuration.replace(ADAPTED, ""));
    await Deno.writeTextFile(`${work}/crypt.h`, "");
    const values = expressions.map((expression) => `(unsigned long)(${expression}) + 1,`);
    await Deno.writeTextFile(
      `${work}/layout.c`,
      `${headersFor(minor)}\nunsigned long layout[] = {\n${values.join("\n")}\n};\n`,
    );
    const { program, args, env } = await zigCompiler(hostTarget(), triple, say);
    const folders = [work, include, `${include}/internal`].map((folder) => `-I${folder}`);
    const flags = ["-S", "-w", "-DPy_BUILD_CORE", ...folders, "-o", `${work}/layout.s`];
    await run(program, [...args, ...flags, `${work}/layout.c`], { env });
    const text = await Deno.readTextFile(`${work}/layout.s`);
    const table = text.slice(text.indexOf("\n_layout:"));
    const found = [...table.matchAll(/^\s+\.quad\s+(\d+)/gm)].map(([, word]) => Number(word) - 1);
    if (found.length !== expressions.length) {
      throw new Error(`${found.length} numbers of 3.${minor}`);
    }
    return found;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

const pythons = await findPythons();
const tables: string[] = [];
for (const minor of MINORS) {
  for (const python of pythons.filter((python) => python.minor === `3.${minor}`).reverse()) {
    const include = await findHeaders(python);
    if (!(await Deno.stat(`${include}/pyconfig.h`).catch(() => undefined))?.isFile) continue;
    const [arm, intel] = await Promise.all(TRIPLES.map((one) => measure(include, minor, one)));
    if (String(arm) !== String(intel)) throw new Error(`3.${minor}: its CPUs differ`);
    const linux = await import(`../src/cpython/layouts/python3${minor}.ts`) as Record<
      string,
      Record<string, number>
    >;
    const rows = [...expressionsOf(minor).keys()]
      .map((name, index) => [name, arm![index]!] as const)
      .filter(([name, value]) => linux[`python3${minor}`]![name] !== value)
      .map(([name, value]) => `    "${name}": ${value},\n`);
    tables.push(`  // ${python.version}\n  ${minor}: {\n${rows.join("")}  },\n`);
    say(`layouts: 3.${minor} from ${python.version}, ${rows.length} differ`);
    break;
  }
}
if (tables.length < MINORS.length) throw new Error("interpreters with headers are missing");
await Deno.writeTextFile(
  `${repository}/src/cpython/layouts/macos.ts`,
  `/**
 * Made by \`scripts/mac_layouts.ts\` from headers of CPython: what lies elsewhere on macOS than on Linux, x86-64
 * and arm64 alike, by the minor version.
 */
export const ON_MACOS: Readonly<Record<number, Readonly<Record<string, number>>>> = {
${tables.join("")}};
`,
);
