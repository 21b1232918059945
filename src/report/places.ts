import type { FileEntry, PackageEntry } from "../../assets/report/format.ts";
import { mergeStacks } from "../analysis/merged_stacks.ts";
import { shortenPaths } from "../analysis/places.ts";
import type { Profile } from "../profile/profile.ts";
import { packageOf } from "./packages.ts";
import { escapeForPage } from "./text.ts";

/** A profile's functions and places, numbered for a report. */
export interface Places {
  readonly packages: readonly PackageEntry[];
  readonly files: readonly FileEntry[];
  /** Index of each file's path in the profile's strings. */
  readonly paths: readonly number[];
  readonly names: readonly string[];
  readonly functions: readonly {
    readonly file: number;
    readonly name: number;
    readonly line: number;
    readonly kind: number;
  }[];
  readonly places: readonly {
    readonly function: number;
    readonly line: number;
    /** −1 when none was recorded. */
    readonly opcode: number;
  }[];
  /** The place of each frame. */
  readonly placeOf: Int32Array;
}

/** Numbers what frames stand for; frames that differ in columns alone are one place. */
export function numberPlaces(profile: Profile): Places {
  const { frames, strings } = profile;
  const files = new Numbers<{ path: number; kind: number }>();
  const names = new Numbers<string>();
  const functions = new Numbers<Places["functions"][number]>();
  const places = new Numbers<Places["places"][number]>();
  const placeOf = new Int32Array(frames.length);
  for (let id = 0; id < frames.length; id++) {
    const kind = frames.kind.at(id);
    const path = frames.file.at(id);
    const file = files.of(`${path} ${kind}`, () => ({ path, kind }));
    const text = escapeForPage(strings[frames.name.at(id)] ?? "");
    const name = names.of(text, () => text);
    const line = frames.firstLine.at(id);
    const fn = functions.of(`${file} ${name} ${line}`, () => ({ file, name, line, kind }));
    const at = Math.max(0, frames.line.at(id));
    const opcode = Math.max(-1, frames.opcode.at(id));
    const key = `${fn} ${at} ${opcode}`;
    placeOf[id] = places.of(key, () => ({ function: fn, line: at, opcode }));
  }
  const packages = new Numbers<PackageEntry>();
  const paths = files.all.map(({ path }) => strings[path] ?? "");
  const short = shortenPaths(paths);
  const entries = files.all.map(({ kind }, index): FileEntry => {
    const path = paths[index]!;
    const { name, kind: packageKind } = packageOf(path, kind);
    const entry = { name: escapeForPage(name), kind: packageKind };
    return {
      path: kind === 0 ? escapeForPage(path) : "",
      short: kind === 0 ? escapeForPage(short.get(path) ?? path) : "",
      package: packages.of(`${entry.kind} ${entry.name}`, () => entry),
    };
  });
  return {
    packages: packages.all,
    files: entries,
    paths: files.all.map(({ path }) => path),
    names: names.all,
    functions: functions.all,
    places: places.all,
    placeOf,
  };
}

/** The tree of places under their callers, each caller before what it called. */
export interface PlaceTree {
  readonly place: Int32Array;
  /** How many levels each node lies above a child of the node before it. */
  readonly up: Int32Array;
  /** The node of each stack of the profile. */
  readonly nodeOf: Int32Array;
}

/** Makes stacks one that differ in nothing that a report shows, and puts them in the order of a walk. */
export function orderStacks(profile: Profile, { placeOf }: Places): PlaceTree {
  const { stacks, mergedOf } = mergeStacks(profile.stacks, placeOf);
  const place = stacks.frame.view();
  const { rank, depth } = rankNodes(stacks.prefix.view());
  const tree: PlaceTree = {
    place: new Int32Array(place.length),
    up: new Int32Array(place.length),
    nodeOf: mergedOf.map((node) => rank[node]!),
  };
  const depths = new Int32Array(place.length);
  for (let node = 0; node < place.length; node++) {
    tree.place[rank[node]!] = place[node]!;
    depths[rank[node]!] = depth[node]!;
  }
  for (let i = 0; i < depths.length; i++) {
    tree.up[i] = (i === 0 ? 0 : depths[i - 1]! + 1) - depths[i]!;
  }
  return tree;
}

function rankNodes(parent: Int32Array): { rank: Int32Array; depth: Int32Array } {
  const size = new Int32Array(parent.length).fill(1);
  for (let node = parent.length - 1; node >= 0; node--) {
    if (parent[node]! >= 0) size[parent[node]!]! += size[node]!;
  }
  const rank = new Int32Array(parent.length);
  const depth = new Int32Array(parent.length);
  const next = new Int32Array(parent.length);
  let nextRoot = 0;
  for (let node = 0; node < parent.length; node++) {
    const caller = parent[node]!;
    if (caller < 0) {
      rank[node] = nextRoot;
      nextRoot += size[node]!;
    } else {
      rank[node] = next[caller]!;
      next[caller]! += size[node]!;
      depth[node] = depth[caller]! + 1;
    }
    next[node] = rank[node]! + 1;
  }
  return { rank, depth };
}

/** Numbers from 0 for whatever is not there yet. */
class Numbers<T> {
  readonly all: T[] = [];
  readonly #known = new Map<string, number>();

  of(key: string, make: () => T): number {
    let number = this.#known.get(key);
    if (number === undefined) this.#known.set(key, number = this.all.push(make()) - 1);
    return number;
  }
}
