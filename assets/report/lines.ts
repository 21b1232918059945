import type { Model } from "./model.ts";
import type { Selection } from "./select.ts";
import type { Tree } from "./tree.ts";

/** Samples of the lines of a file, by line. */
export interface LineTotals {
  readonly self: ReadonlyMap<number, number>;
  readonly total: ReadonlyMap<number, number>;
}

/** Adds up the lines of a file; a line counts once a sample, however deep it recurs. */
export function totalLines(model: Model, selection: Selection, file: number): LineTotals {
  const { place, placeFunction, placeLine, functionFile, parent, nodes } = model;
  const self = new Map<number, number>();
  const total = new Map<number, number>();
  const lineAt = (node: number): number => {
    const at = place[node]!;
    return functionFile[placeFunction[at]!] === file ? placeLine[at]! : 0;
  };
  for (let node = 0; node < nodes; node++) {
    if (selection.total[node] === 0) continue;
    const line = lineAt(node);
    if (line <= 0) continue;
    if (selection.self[node]! > 0) self.set(line, (self.get(line) ?? 0) + selection.self[node]!);
    let above = parent[node]!;
    while (above >= 0 && lineAt(above) !== line) above = parent[above]!;
    if (above < 0) total.set(line, (total.get(line) ?? 0) + selection.total[node]!);
  }
  return { self, total };
}

/** Samples by line of what a node of a picture stands for: where its time is. */
export function linesOfNode(
  model: Model,
  selection: Selection,
  tree: Tree,
  node: number,
): Map<number, number> {
  const lines = new Map<number, number>();
  for (let i = 0; i < model.nodes; i++) {
    if (tree.nodeOf[i] !== node || selection.total[i] === 0) continue;
    const line = model.placeLine[model.place[i]!]!;
    if (line > 0) lines.set(line, (lines.get(line) ?? 0) + selection.total[i]!);
  }
  return lines;
}

/** Samples by line of a function, wherever it was called. */
export function linesOfFunction(
  model: Model,
  selection: Selection,
  id: number,
): Map<number, number> {
  const lines = new Map<number, number>();
  for (let i = 0; i < model.nodes; i++) {
    const at = model.place[i]!;
    if (model.placeFunction[at] !== id || selection.self[i] === 0) continue;
    const line = model.placeLine[at]!;
    if (line > 0) lines.set(line, (lines.get(line) ?? 0) + selection.self[i]!);
  }
  return lines;
}

/**
 * Samples by opcode of what ran itself in a node of a picture (or, in an inverted one, anywhere as the same
 * function), most first; empty when no opcodes were recorded.
 */
export function opcodesOfNode(
  model: Model,
  selection: Selection,
  tree: Tree,
  node: number,
): [name: string, samples: number][] {
  if (model.header.opcodes.length === 0) return [];
  const counts = new Map<number, number>();
  for (let i = 0; i < model.nodes; i++) {
    const place = model.place[i]!;
    const fits = tree.nodeOf.length > 0
      ? tree.nodeOf[i] === node
      : model.placeFunction[place] === tree.key[node];
    const opcode = model.placeOpcode[place]! - 1;
    if (!fits || opcode < 0 || selection.self[i] === 0) continue;
    counts.set(opcode, (counts.get(opcode) ?? 0) + selection.self[i]!);
  }
  const names = new Map(model.header.opcodes);
  return [...counts].map(([opcode, samples]): [string, number] => [names.get(opcode)!, samples])
    .sort((a, b) => b[1] - a[1]);
}
