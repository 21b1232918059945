/**
 * `deno task layouts` measures the structures of CPython 3.8 to 3.12, which have no debug offsets, and
 * writes them to `src/cpython/layouts/`. It compiles a small C program against the headers of each
 * version, so it needs gcc and interpreters with their headers (those of pyenv have them).
 */
import { findPythons, type Python } from "./pythons.ts";
import { expressionsOf } from "./layouts/fields.ts";
import { repository } from "./repository.ts";
import { run, say } from "./shell.ts";

/** Of Python 3. */
export const MINORS: readonly number[] = [8, 9, 10, 11, 12];

/** What of Python's headers a program needs to know all that is measured. */
export function headersFor(minor: number): string {
  // Frames of functions have a header of their own since they are no objects any more.
  const frames = minor < 11 ? "frameobject.h" : "internal/pycore_frame.h";
  const headers = ["Python.h", "stddef.h", frames, "internal/pycore_pystate.h"];
  headers.push(minor < 9 ? "internal/pycore_pystate.h" : "internal/pycore_interp.h");
  if (minor >= 9) headers.push("internal/pycore_runtime.h");
  return headers.map((header) => `#include <${header}>`).join("\n");
}

/** The C program that prints `name value` for each of the expressions. */
function programOf(expressions: ReadonlyMap<string, string>, minor: number): string {
  const lines = [...expressions].map(([name, expression]) =>
    `  printf("${name} %zu\\n", (size_t)${expression});`
  );
  return `${headersFor(minor)}\n#include <stdio.h>\nint main(void) {\n${
    lines.join("\n")
  }\n  return 0;\n}\n`;
}

/** The folder of an interpreter's headers, whether it is there or not. */
export async function findHeaders(python: Python): Promise<string> {
  const question = "import sysconfig; print(sysconfig.get_path('include'))";
  return (await run(python.path, ["-I", "-c", question])).trim();
}

/**
 * Compiles and runs the program against the headers of an interpreter.
 * @throws if it has none, or gcc is missing.
 */
export async function measure(python: Python, minor: number): Promise<Map<string, number>> {
  const include = await findHeaders(python);
  const work = await Deno.makeTempDir();
  try {
    const [source, program] = [`${work}/layout.c`, `${work}/layout`];
    await Deno.writeTextFile(source, programOf(expressionsOf(minor), minor));
    const flags = ["-DPy_BUILD_CORE", `-I${include}`, `-I${include}/internal`, "-w"];
    await run("gcc", [...flags, source, "-o", program]);
    const lines = (await run(program, [])).trim().split("\n").map((line) => line.split(" "));
    return new Map(lines.map(([name, value]) => [name!, Number(value)]));
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** The TypeScript of a table. */
function render(version: string, minor: number, values: ReadonlyMap<string, number>): string {
  const rows = [...values].map(([name, value]) => `  "${name}": ${value},`);
  return `/** Made by \`deno task layouts\` from the headers of CPython ${version}, 64-bit Linux. */
export const python3${minor}: Readonly<Record<string, number>> = {
${rows.join("\n")}
};
`;
}

async function main(): Promise<number> {
  let status = 0;
  const pythons = await findPythons();
  for (const minor of MINORS) {
    let written = false;
    for (const python of pythons.filter((python) => python.minor === `3.${minor}`).reverse()) {
      const values = await measure(python, minor).catch((error: Error) => {
        say(`layouts: ${python.path}: ${error.message}`);
      });
      if (values === undefined) continue;
      const path = `${repository}/src/cpython/layouts/python3${minor}.ts`;
      await Deno.writeTextFile(path, render(python.version, minor, values));
      say(`layouts: 3.${minor} from ${python.version}`);
      written = true;
      break;
    }
    if (!written) {
      say(`layouts: 3.${minor} stays as it is: no interpreter with headers here`);
      status = 1;
    }
  }
  return status;
}

if (import.meta.main) Deno.exit(await main());
