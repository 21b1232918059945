import type { PackageEntry } from "../../assets/report/format.ts";
import { FRAME_KINDS, type FrameKind } from "../profile/tables.ts";

const INSTALLED = /[\\/](?:site|dist)-packages[\\/]([^\\/]+)/;
const STANDARD = /[\\/](?:lib(?:64)?[\\/](?:python|pypy)\d\.\d+t?|Lib)[\\/]([^\\/]+)/;
const FROZEN = /^<frozen ([^>]+)>$/;
/** Folders that a project is kept in and not called after. */
const PLAIN_FOLDERS = new Set(["src", "lib", "app", "bin", "scripts", "tests", ""]);

/** The package that a file belongs to, as its path tells, on the target's system. */
export function packageOf(path: string, kind: number): PackageEntry {
  const frameKind = FRAME_KINDS[kind] ?? "synthetic";
  if (frameKind !== "python") return { name: nameKind(frameKind), kind: "interpreter" };
  const frozen = FROZEN.exec(path);
  if (frozen !== null) return { name: topModule(frozen[1]!), kind: "stdlib" };
  const installed = INSTALLED.exec(path);
  if (installed !== null) return { name: topModule(installed[1]!), kind: "library" };
  const standard = STANDARD.exec(path);
  if (standard !== null) return { name: topModule(standard[1]!), kind: "stdlib" };
  return { name: projectName(path), kind: "project" };
}

function nameKind(kind: FrameKind): string {
  return { python: "Python", native: "native code", gc: "garbage collector", task: "tasks" }[
    kind as string
  ] ?? "interpreter";
}

/** `json` of `json`, `json.decoder` or `json.py`. */
function topModule(name: string): string {
  return name.replace(/\.(py|pyc|pyw|so|pyd)$/, "").split(".")[0] || name;
}

/** The folder of a program's own file: the last one whose name says something. */
function projectName(path: string): string {
  const folders = path.split(/[\\/]/).slice(0, -1);
  for (const folder of folders.reverse()) {
    if (!PLAIN_FOLDERS.has(folder) && !/^[A-Za-z]:$/.test(folder)) return folder;
  }
  return topModule(path.split(/[\\/]/).at(-1) || path);
}
