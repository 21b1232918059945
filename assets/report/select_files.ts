import type { Model } from "./model.ts";
import type { Selection } from "./select.ts";

/** A file with samples. */
export interface FileTotal {
  readonly file: number;
  readonly self: number;
}

/** Files in which Python code ran, most own samples first; callers' files after those. */
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
    .sort((a, b) => b.self - a.self);
}
