import type { Model } from "./model.ts";
import { type Grouping, keysOf, type Tree } from "./tree.ts";

/** What was typed into the search field, understood. */
export type Query =
  | { readonly kind: "none" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "pattern"; readonly pattern: RegExp }
  | { readonly kind: "place"; readonly file: string; readonly line: number }
  | { readonly kind: "broken"; readonly reason: string };

/**
 * Understands `word` (any case), `/pattern/` (any case; `/pattern/c` for case that counts) and
 * `file.py:42`.
 */
export function parseQuery(text: string): Query {
  if (text.trim() === "") return { kind: "none" };
  const pattern = /^\/(.+)\/(c?)$/.exec(text);
  if (pattern !== null) {
    try {
      return { kind: "pattern", pattern: new RegExp(pattern[1]!, pattern[2] === "c" ? "u" : "iu") };
    } catch {
      return { kind: "broken", reason: "not a valid pattern" };
    }
  }
  const place = /^(.+):(\d{1,9})$/.exec(text.trim());
  if (place !== null) return { kind: "place", file: place[1]!, line: Number(place[2]) };
  return { kind: "text", text: text.trim().toLowerCase() };
}

/** What fits a query in a tree. */
export interface Matches {
  /** By node: 1 if it fits. */
  readonly nodes: Uint8Array;
  readonly count: number;
  /** Samples with a fitting node in their stack, each counted once. */
  readonly samples: number;
}

/** Finds all nodes of a tree that fit, however small they are. */
export function findMatches(model: Model, tree: Tree, query: Query): Matches {
  const nodes = new Uint8Array(tree.length);
  if (query.kind === "none" || query.kind === "broken") return { nodes, count: 0, samples: 0 };
  let keys: Uint8Array | undefined;
  if (query.kind === "place") markPlace(model, tree, query.file, query.line, nodes);
  else keys = matchKeys(model, tree.grouping, query);
  let count = 0;
  let samples = 0;
  const { length, key, parent, total } = tree;
  const covered = new Uint8Array(length);
  for (let node = 1; node < length; node++) {
    const fits = keys?.[key[node]!] ?? nodes[node]!;
    const above = covered[parent[node]!]!;
    covered[node] = above | fits;
    if (fits === 0) continue;
    nodes[node] = 1;
    count++;
    if (above === 0) samples += total[node]!;
  }
  return { nodes, count, samples };
}

/** By key: 1 if a name, or the path of its file, fits. */
export function matchKeys(
  model: Model,
  grouping: Grouping,
  query: Query & { kind: "text" | "pattern" },
): Uint8Array {
  const fits = (text: string): boolean =>
    query.kind === "text" ? text.toLowerCase().includes(query.text) : query.pattern.test(text);
  const { header } = model;
  const keyOf = keysOf(model, grouping);
  const marks = new Uint8Array(keyOf.reduce((most, key) => Math.max(most, key), -1) + 1);
  const files = Uint8Array.from(header.files, ({ path }) => Number(fits(path)));
  const packages = Uint8Array.from(header.packages, ({ name }) => Number(fits(name)));
  const names = Uint8Array.from(header.names, (name) => Number(fits(name)));
  for (let id = 0; id < keyOf.length; id++) {
    const file = model.functionFile[id]!;
    const fit = grouping === "function"
      ? names[model.functionName[id]!]! | files[file]!
      : grouping === "module"
      ? files[file]!
      : packages[header.files[file]!.package]!;
    marks[keyOf[id]!]! |= fit;
  }
  return marks;
}

/** Marks nodes in which a line ran. An inverted tree has no places: whole functions fit there. */
function markPlace(model: Model, tree: Tree, file: string, line: number, nodes: Uint8Array): void {
  const wanted = file.toLowerCase();
  const files = Uint8Array.from(
    model.header.files,
    ({ path }) => Number(path.toLowerCase().endsWith(wanted)),
  );
  const keyOf = keysOf(model, tree.grouping);
  const keys = new Set<number>();
  for (let i = 0; i < model.nodes; i++) {
    const at = model.place[i]!;
    const id = model.placeFunction[at]!;
    if (model.placeLine[at] !== line || files[model.functionFile[id]!] === 0) continue;
    keys.add(keyOf[id]!);
    const node = tree.nodeOf[i];
    if (node !== undefined && node > 0) nodes[node] = 1;
  }
  if (tree.nodeOf.length > 0) return;
  for (let node = 1; node < tree.length; node++) if (keys.has(tree.key[node]!)) nodes[node] = 1;
}
