import { createHash } from "node:crypto";
import { repository } from "../repository.ts";
import { BuildFault } from "./fault.ts";

const source = `${repository}/assets/report`;
/** Where `src/report/page.ts` imports the bundle from; git ignores it. */
const folder = `${source}/built`;
/** The styles, in the order in which later ones overrule. */
const styles = ["base", "chrome", "picture", "tables", "summary", "narrow"];
/** What of the rest of the repository goes into the bundle. */
const borrowed = ["src/analysis/units.ts", "src/analysis/intervals.ts", "import_map.json"];

/** A bundle that is up to date. */
export interface BuiltAssets {
  /** Made just now. */
  readonly fresh: boolean;
  /** Of script and style together. */
  readonly bytes: number;
}

/**
 * Sees to it that the report's script and style are there, made from the present sources. Both appear
 * whole, by a rename, so runs side by side do not disturb each other.
 * @throws BuildFault when they cannot be bundled, or could not stand in a page.
 */
export async function buildAssets(): Promise<BuiltAssets> {
  const origin = digest(listSources());
  const [script, style, stamp] = ["report.js", "report.css", "stamp"].map((name) =>
    `${folder}/${name}`
  ) as [string, string, string];
  const isCurrent = readIfThere(stamp) === origin;
  if (!isCurrent || readIfThere(script) === undefined || readIfThere(style) === undefined) {
    Deno.mkdirSync(folder, { recursive: true });
    await writeWhole(script, await bundleScript(`${source}/main.tsx`));
    await writeWhole(style, shortenStyle(joinStyles()));
    await writeWhole(stamp, origin);
  }
  const bytes = Deno.statSync(script).size + Deno.statSync(style).size;
  return { fresh: !isCurrent, bytes };
}

async function bundleScript(entry: string): Promise<string> {
  const output = `${folder}/.${crypto.randomUUID()}.js`;
  const pins = ["--lock=deno.lock", "--frozen"];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--platform",
      "browser",
      "--minify",
      ...pins,
      "--output",
      output,
      entry,
    ],
    cwd: repository,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  try {
    if (!success) throw new BuildFault(`deno bundle failed:\n${new TextDecoder().decode(stderr)}`);
    const script = Deno.readTextFileSync(output);
    if (/<\/script|<!--/i.test(script)) {
      throw new BuildFault("The report's script has text that would end it in a page.");
    }
    return script;
  } finally {
    if (readIfThere(output) !== undefined) Deno.removeSync(output);
  }
}

function joinStyles(): string {
  return styles.map((name) => Deno.readTextFileSync(`${source}/style/${name}.css`)).join("\n");
}

/** Leaves out comments and indentation. */
export function shortenStyle(text: string): string {
  if (/<\/style/i.test(text)) {
    throw new BuildFault("The report's style would end itself in a page.");
  }
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\s*\n\s*/g, "\n").trim();
}

function listSources(): string[] {
  const paths: string[] = borrowed.map((path) => `${repository}/${path}`);
  const pending = [source];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const { name, isDirectory } of Deno.readDirSync(at)) {
      if (isDirectory && name !== "built") pending.push(`${at}/${name}`);
      else if (/\.(tsx?|css)$/.test(name)) paths.push(`${at}/${name}`);
    }
  }
  return paths.sort();
}

function digest(paths: readonly string[]): string {
  const hash = createHash("sha256").update(Deno.version.deno);
  for (const path of paths) {
    hash.update(path.slice(repository.length)).update(Deno.readFileSync(path));
  }
  return hash.digest("hex");
}

async function writeWhole(path: string, text: string): Promise<void> {
  const partial = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(partial, text);
  await Deno.rename(partial, path);
}

function readIfThere(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
