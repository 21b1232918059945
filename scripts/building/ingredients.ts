import { Buffer } from "node:buffer";
import { repository } from "../repository.ts";
import { run } from "../shell.ts";
import { BuildFault } from "./fault.ts";

/** Something of others that is in the executable. */
export interface Ingredient {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** The words under which it may be passed on. */
  readonly terms: string;
  /** Where it is from, as a package URL. */
  readonly address: string;
  /** SHA-512 of its tarball in hexadecimal, for what is pinned by one. */
  readonly sha512?: string;
  /** Names of what it needs in turn, as `name@version`. */
  readonly needs: readonly string[];
}

/** The first modules of all that goes into the executable. */
const ENTRIES = ["src/main.ts", "assets/report/main.tsx", "assets/heatmap/main.ts"];

interface Graph {
  readonly modules: readonly { readonly npmPackage?: string }[];
  readonly npmPackages: Readonly<Record<string, NpmPackage>>;
}

interface NpmPackage {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
}

/** What is used of `deno.lock`. */
interface Lock {
  readonly npm: Readonly<Record<string, { readonly integrity: string }>>;
}

/** What the sources import from npm, and what that needs; and the runtime. By name. */
export async function listIngredients(): Promise<Ingredient[]> {
  const found = new Map<string, NpmPackage>();
  for (const entry of ENTRIES) {
    const graph: Graph = JSON.parse(await deno("info", "--json", "--lock=deno.lock", entry));
    const pending = graph.modules.flatMap(({ npmPackage }) => npmPackage ?? []);
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      const known = graph.npmPackages[id];
      if (known === undefined) throw new BuildFault(`deno info does not tell what ${id} is.`);
      if (!found.has(id)) pending.push(...known.dependencies);
      found.set(id, known);
    }
  }
  const lock: Lock = JSON.parse(Deno.readTextFileSync(`${repository}/deno.lock`));
  const { npmCache }: { npmCache: string } = JSON.parse(await deno("info", "--json"));
  const ids = [...found.keys()].sort();
  return [describeRuntime(), ...ids.map((id) => describe(id, found.get(id)!, npmCache, lock))];
}

/** All licences, one after the other. */
export function writeLicences(ingredients: readonly Ingredient[]): string {
  const rule = "-".repeat(80);
  const parts = ingredients.map(({ name, version, licence, terms }) =>
    `${rule}\n${name} ${version} (${licence})\n${rule}\n\n${terms.trim()}\n`
  );
  return `tachyon contains the following works of others.\n\n${parts.join("\n")}`;
}

function describe(
  id: string,
  { name, version, dependencies }: NpmPackage,
  npmCache: string,
  lock: Lock,
): Ingredient {
  const folder = findFolder(npmCache, `${name}/${version}`);
  const { license }: { license: string } = JSON.parse(
    Deno.readTextFileSync(`${folder}/package.json`),
  );
  const file = [...Deno.readDirSync(folder)].find((entry) => /^licen[cs]e/i.test(entry.name));
  if (file === undefined) throw new BuildFault(`${id} comes without the words of its licence.`);
  const pinned = lock.npm[id]?.integrity;
  if (pinned === undefined) throw new BuildFault(`deno.lock does not pin ${id}.`);
  return {
    name,
    version,
    licence: license,
    terms: Deno.readTextFileSync(`${folder}/${file.name}`),
    address: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    sha512: Buffer.from(pinned.replace(/^sha512-/, ""), "base64").toString("hex"),
    needs: dependencies,
  };
}

/** Deno keeps packages by the registry they are from. */
function findFolder(npmCache: string, path: string): string {
  for (const { name } of Deno.readDirSync(npmCache)) {
    const folder = `${npmCache}/${name}/${path}`;
    try {
      if (Deno.statSync(folder).isDirectory) return folder;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new BuildFault(`${path} is not among the packages that Deno keeps.`);
}

function describeRuntime(): Ingredient {
  const version = Deno.version.deno;
  return {
    name: "deno",
    version,
    licence: "MIT",
    terms: `${Deno.readTextFileSync(`${repository}/docs/licences/deno.txt`).trim()}

Deno contains V8 ${Deno.version.v8} (BSD-3-Clause) and many libraries in Rust, which its sources of
this version name.`,
    address: `pkg:github/denoland/deno@v${version}`,
    needs: [],
  };
}

function deno(...args: string[]): Promise<string> {
  return run(Deno.execPath(), args, { cwd: repository });
}
