/**
 * `deno task arrows` checks what `src/README.md` promises: imports follow the arrows between rooms
 * and never run in a circle, and no file is long without a reason. `--print` prints the arrows.
 */
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  checkArrows,
  checkCircles,
  checkLength,
  checkReadme,
  type Import,
} from "./arrows/check.ts";
import { printArrows } from "./arrows/rooms.ts";
import { repository } from "./repository.ts";
import { print, run, say } from "./shell.ts";

const folders = ["src", "ffi", "collectors", "assets", "tests", "scripts", "bench"];
const skipped = ["built", "node_modules"];

/** Deno's description of a module, as far as it is used here (`deno info --json`, version 1). */
interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier?: string };
    readonly type?: { readonly specifier?: string };
  }[];
}

async function listSources(folder: string): Promise<string[]> {
  const paths: string[] = [];
  const entries = await Array.fromAsync(Deno.readDir(`${repository}/${folder}`)).catch(() => []);
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory && !skipped.includes(entry.name)) paths.push(...await listSources(path));
    else if (/\.(ts|tsx|js|mjs|c|h|css)$/.test(entry.name)) paths.push(path);
  }
  return paths.sort();
}

/** All imports between files of the repository, as Deno itself resolves them. */
async function readImports(paths: readonly string[]): Promise<Import[]> {
  const modules = paths.filter((path) => /\.(ts|tsx|js|mjs)$/.test(path));
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const lines = modules.map((path) => `import ${JSON.stringify(urlOf(path))};`);
    await Deno.writeTextFile(entry, lines.join("\n"));
    const config = `${repository}/deno.json`;
    const info = await run(Deno.execPath(), ["info", "--json", "--config", config, entry]);
    const found = (JSON.parse(info) as { modules: Module[] }).modules;
    return found.filter((module) => module.specifier !== pathToFileURL(entry).href)
      .flatMap(importsOf);
  } finally {
    await Deno.remove(entry);
  }
}

function importsOf(module: Module): Import[] {
  const from = pathOf(module.specifier);
  if (from === undefined) return [];
  const imports: Import[] = [];
  for (const { code, type } of module.dependencies ?? []) {
    const to = pathOf((code ?? type)?.specifier);
    if (to !== undefined) imports.push({ from, to, types: code === undefined });
  }
  return imports;
}

function urlOf(path: string): string {
  return pathToFileURL(`${repository}/${path}`).href;
}

function pathOf(specifier: string | undefined): string | undefined {
  if (specifier === undefined || !specifier.startsWith(`${urlOf("")}`)) return undefined;
  return relative(repository, fileURLToPath(specifier));
}

async function main(): Promise<number> {
  const arrows = printArrows();
  if (Deno.args.includes("--print")) {
    print(arrows);
    return 0;
  }
  const paths = (await Promise.all(folders.map(listSources))).flat();
  const imports = await readImports(paths);
  const faults = [...checkArrows(imports), ...checkCircles(imports)];
  for (const path of paths) {
    const fault = checkLength(path, await Deno.readTextFile(`${repository}/${path}`));
    if (fault !== undefined) faults.push(fault);
  }
  const readme = await Deno.readTextFile(`${repository}/src/README.md`);
  const outdated = checkReadme(readme, arrows);
  if (outdated !== undefined) faults.push(outdated);
  for (const fault of faults) say(`arrows: ${fault}`);
  if (faults.length === 0) {
    say(`arrows: ${imports.length} imports of ${paths.length} files are right`);
  }
  return faults.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
