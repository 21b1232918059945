import { type Room, roomOf, rooms } from "./rooms.ts";

/** One import between two files, by their paths from the top of the repository. */
export interface Import {
  readonly from: string;
  readonly to: string;
  /** Imports types alone. */
  readonly types: boolean;
}

/** Folders whose files may import anything and which no room may import. */
export const outside: readonly string[] = ["tests/", "scripts/", "bench/"];

/** Files of no room that any room may read. */
const shared: readonly string[] = ["deno.json"];

/** A sentence for each import that goes against the arrows. */
export function checkArrows(imports: readonly Import[]): string[] {
  const faults: string[] = [];
  for (const { from, to, types } of imports) {
    if (outside.some((folder) => from.startsWith(folder)) || shared.includes(to)) continue;
    const source = roomOf(from);
    const target = roomOf(to);
    if (source === undefined) faults.push(`${from} is in no room`);
    else if (target === undefined) faults.push(`${from} imports ${to}, which is in no room`);
    else if (source !== target && !reachable(source, from, types).has(target.name)) {
      faults.push(`${from} imports ${to}: there is no arrow ${source.name} → ${target.name}`);
    }
  }
  return [...new Set(faults)];
}

/** Names of the rooms that a file of a room may import. */
function reachable(source: Room, file: string, types: boolean): Set<string> {
  const found = new Set<string>();
  const pending = [source];
  for (let room = pending.pop(); room !== undefined; room = pending.pop()) {
    if (room !== source && room.through === false) continue;
    for (const arrow of room.arrows) {
      if (found.has(arrow.to)) continue;
      if (arrow.types && !types) continue;
      if (arrow.only !== undefined && !(room === source && arrow.only.test(file))) continue;
      found.add(arrow.to);
      const next = rooms.find((other) => other.name === arrow.to);
      if (next === undefined) throw new Error(`${room.name} has an arrow to no room: ${arrow.to}`);
      pending.push(next);
    }
  }
  return found;
}

/** A sentence for each circle of imports, naming the files on the way round. */
export function checkCircles(imports: readonly Import[]): string[] {
  const graph = new Map<string, string[]>();
  for (const { from, to } of imports) {
    graph.set(from, [...(graph.get(from) ?? []), to]);
  }
  const faults: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  function visit(file: string): void {
    const start = way.indexOf(file);
    if (start >= 0) {
      faults.push(`imports in a circle: ${[...way.slice(start), file].join(" → ")}`);
      return;
    }
    if (done.has(file)) return;
    way.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    way.pop();
    done.add(file);
  }
  for (const file of graph.keys()) visit(file);
  return faults;
}

const mostLines = 400;

/**
 * A sentence if a file is too long without saying why: one of its first lines must be a comment
 * `long: <reason>`.
 */
export function checkLength(path: string, text: string): string | undefined {
  const lines = text.split("\n");
  const count = text.endsWith("\n") ? lines.length - 1 : lines.length;
  if (count <= mostLines) return undefined;
  if (lines.slice(0, 5).some((line) => /^\s*(\/\/|\/?\*+)\s*long: \S/.test(line))) return undefined;
  return `${path} has ${count} lines, more than ${mostLines}, and no comment "long: <reason>"`;
}

/** A sentence if README's block of arrows is not the table's. */
export function checkReadme(readme: string, arrows: string): string | undefined {
  const blocks = [...readme.matchAll(/^```[a-z]*\n([\s\S]*?)\n```$/gm)].map((match) => match[1]);
  if (blocks.includes(arrows)) return undefined;
  return "src/README.md does not print the arrows of scripts/arrows/rooms.ts; " +
    "copy them from: deno task arrows --print";
}
