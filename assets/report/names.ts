import type { State } from "./format.ts";
import type { Model } from "./model.ts";
import type { Grouping, Target } from "./tree.ts";

/** Number of keys of a grouping. */
export function countKeys(model: Model, grouping: Grouping): number {
  if (grouping === "function") return model.functions;
  return grouping === "module" ? model.header.files.length : model.header.packages.length;
}

/** Whether a report has such a thing: what comes from an address may be anything. */
export function isKnown(model: Model, { grouping, id }: Target): boolean {
  return id < countKeys(model, grouping);
}

/** What a key is called. */
export function nameOf(model: Model, grouping: Grouping, key: number): string {
  const { header } = model;
  if (key < 0) return "all";
  if (grouping === "function") return header.names[model.functionName[key]!]!;
  if (grouping === "package") return header.packages[key]!.name;
  const file = header.files[key]!;
  return file.short || header.packages[file.package]!.name;
}

/** Where a key is, in short; empty when its name says all. */
export function placeOf(model: Model, grouping: Grouping, key: number): string {
  if (grouping !== "function" || key < 0) return "";
  const { short } = model.header.files[model.functionFile[key]!]!;
  const line = model.functionLine[key]!;
  return line > 0 && short !== "" ? `${short}:${line}` : short;
}

/** The whole path of a key's file; empty when it has none. */
export function pathOf(model: Model, grouping: Grouping, key: number): string {
  const file = fileOf(model, grouping, key);
  return file === undefined ? "" : model.header.files[file]!.path;
}

/** The file of a key. */
export function fileOf(model: Model, grouping: Grouping, key: number): number | undefined {
  if (grouping === "package" || key < 0) return undefined;
  return grouping === "module" ? key : model.functionFile[key]!;
}

/** The package of a key. */
export function packageIndexOf(model: Model, grouping: Grouping, key: number): number {
  if (grouping === "package") return key;
  return model.header.files[grouping === "module" ? key : model.functionFile[key]!]!.package;
}

/** What a thread is called. */
export function threadName(model: Model, thread: number): string {
  const { name, tid, main, interpreter } = model.header.threads[thread]!;
  const called = name !== "" ? name : main ? "main thread" : `thread ${tid || thread + 1}`;
  return interpreter === 0 ? called : `${called} (interpreter ${interpreter})`;
}

/** What threads can be found doing. */
export const STATE_NAMES: Readonly<Record<State, string>> = {
  gil: "Has the GIL",
  cpu: "On a CPU",
  waiting: "Waits for the GIL",
  exception: "Handles an exception",
  gc: "Collects garbage",
};
