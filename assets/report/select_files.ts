import type { PackageKind } from "./format.ts";
import type { Model } from "./model.ts";
import type { Selection } from "./select.ts";

/** A file with samples. */
export interface FileTotal {
  readonly file: number;
  readonly self: number;
}

/** Whose files come first: what a program does itself is what its author looks for. */
const KINDS: readonly PackageKind[] = ["project", "library", "stdlib", "interpreter"];

/** Files in which Python code ran, the program's own first, in each kind most own samples first. */
export function selectFiles(model: Model, selection: Selection): FileTotal[] {
  const self = new Float64Array(model.header.files.length);
  const met = new Uint8Array(model.header.files.length);
  for (let node = 0; node < model.nodes; node++) {
    if (selection.total[node] === 0) continue;
    const file = model.functionFile[model.placeFunction[model.place[node]!]!]!;
    self[file]! += selection.self[node]!;
    met[file] = 1;
  }
  return [...model.header.files.keys()]
    .filter((file) => met[file] === 1 && model.header.files[file]!.path !== "")
    .map((file) => ({ file, self: self[file]! }))
    .sort((a, b) => rankOf(model, a.file) - rankOf(model, b.file) || b.self - a.self);
}

/** What the package of a file is to the program. */
export function kindOf({ header }: Model, file: number): PackageKind {
  return header.packages[header.files[file]!.package]!.kind;
}

function rankOf(model: Model, file: number): number {
  return KINDS.indexOf(kindOf(model, file));
}
