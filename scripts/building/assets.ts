import { createHash } from "node:crypto";
import { repository } from "../repository.ts";
import { BuildFault } from "./fault.ts";

/** What one kind of page is made of. */
interface Bundle {
  /** Its folder in `assets/`, and the name of the bundle in `built/` there; git ignores that. */
  readonly name: string;
  readonly entry: string;
  /** The styles in `assets/`, in the order in which later ones overrule. */
  readonly styles: readonly string[];
  /** What of the rest of the repository goes into the bundle: files and folders. */
  readonly borrowed: readonly string[];
}

const bundles: readonly Bundle[] = [
  {
    name: "report",
    entry: "main.tsx",
    styles: ["base", "chrome", "picture", "tables", "syntax", "comparison", "summary", "narrow"]
      .map((name) => `report/style/${name}`),
    borrowed: [
      "src/analysis/units.ts",
      "src/analysis/intervals.ts",
      "src/analysis/difference_significance.ts",
      "src/analysis/trust.ts",
      "import_map.json",
    ],
  },
  {
    name: "heatmap",
    entry: "main.ts",
    styles: [
      ...["base", "chrome", "syntax", "summary"].map((name) => `report/style/${name}`),
      ...["page", "code", "index", "narrow"].map((name) => `heatmap/style/${name}`),
    ],
    borrowed: ["assets/report/theme.ts", "assets/report/style", "import_map.json"],
  },
];

/** A bundle that is up to date. */
export interface BuiltAssets {
  readonly name: string;
  /** Made just now. */
  readonly fresh: boolean;
  /** Of script and style together. */
  readonly bytes: number;
}

/**
 * Sees to it that scripts and styles of all pages are there, made from the present sources. Both appear
 * whole, by a rename, so runs side by side do not disturb each other.
 * @throws BuildFault when they cannot be bundled, or could not stand in a page.
 */
export async function buildAssets(): Promise<BuiltAssets[]> {
  const built: BuiltAssets[] = [];
  for (const bundle of bundles) built.push(await buildBundle(bundle));
  return built;
}

async function buildBundle({ name, entry, styles, borrowed }: Bundle): Promise<BuiltAssets> {
  const source = `${repository}/assets/${name}`;
  const folder = `${source}/built`;
  const places = [source, ...borrowed.map((path) => `${repository}/${path}`)];
  const origin = digest(places.flatMap(listSources).sort());
  const [script, style, stamp] = [`${name}.js`, `${name}.css`, "stamp"].map((file) =>
    `${folder}/${file}`
  ) as [string, string, string];
  const isCurrent = readIfThere(stamp) === origin;
  if (!isCurrent || readIfThere(script) === undefined || readIfThere(style) === undefined) {
    Deno.mkdirSync(folder, { recursive: true });
    await writeWhole(script, await bundleScript(`${source}/${entry}`, folder));
    await writeWhole(style, shortenStyle(joinStyles(styles)));
    await writeWhole(stamp, origin);
  }
  const bytes = Deno.statSync(script).size + Deno.statSync(style).size;
  return { name, fresh: !isCurrent, bytes };
}

async function bundleScript(entry: string, folder: string): Promise<string> {
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

function joinStyles(styles: readonly string[]): string {
  return styles.map((name) => Deno.readTextFileSync(`${repository}/assets/${name}.css`)).join("\n");
}

/** Leaves out comments, and blanks that say nothing. */
export function shortenStyle(text: string): string {
  if (/<\/style/i.test(text)) {
    throw new BuildFault("The report's style would end itself in a page.");
  }
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\s+/g, " ")
    .replace(/ ?([{};,]) ?/g, "$1").replace(/(?<=[{;][\w-]+): /g, ":").replaceAll(";}", "}").trim();
}

/** The sources below a folder, or the one file. */
function listSources(place: string): string[] {
  if (Deno.statSync(place).isFile) return [place];
  const paths: string[] = [];
  const pending = [place];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const { name, isDirectory } of Deno.readDirSync(at)) {
      if (isDirectory && name !== "built") pending.push(`${at}/${name}`);
      else if (/\.(tsx?|css)$/.test(name)) paths.push(`${at}/${name}`);
    }
  }
  return paths;
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
