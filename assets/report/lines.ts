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
