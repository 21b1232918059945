import { splitPath } from "../analysis/places.ts";
import type { FilePage } from "./heatmap_calls.ts";
import type { PackageKind } from "../../assets/report/format.ts";

/** A folder of files with samples. */
export interface Folder {
  /** Below its parent; several parts where nothing else is in between. Untrusted text. */
  readonly name: string;
  readonly folders: readonly Folder[];
  readonly pages: readonly FilePage[];
  /** Of all files below. */
  readonly self: number;
  readonly files: number;
}

/** Where files come from, in the order in which people look. */
export const ORIGINS: readonly (readonly [PackageKind, string])[] = [
  ["project", "Project"],
  ["library", "Installed packages"],
  ["stdlib", "Standard library"],
];

/** Puts files into their folders, hottest first. Folders that hold nothing but another become one. */
export function sortIntoFolders(pages: readonly FilePage[]): Folder {
  return build("", pages.map((page) => ({ page, parts: splitPath(page.file.path) })), 0, true);
}

interface Placed {
  readonly page: FilePage;
  readonly parts: readonly string[];
}

function build(name: string, placed: readonly Placed[], from: number, isTop: boolean): Folder {
  let depth = from;
  let own = name;
  const step = (): string | undefined => {
    const next = placed[0]?.parts[depth];
    const isFolder = placed.every(({ parts }) => parts.length > depth + 1 && parts[depth] === next);
    return isFolder ? next : undefined;
  };
  for (let next = step(); next !== undefined; depth++, next = step()) {
    own = own === "" ? (isTop ? rootOf(placed[0]!) + next : next) : `${own}/${next}`;
  }
  const folders = new Map<string, Placed[]>();
  const pages: FilePage[] = [];
  for (const one of placed) {
    const next = one.parts[depth];
    if (next === undefined || one.parts.length === depth + 1) pages.push(one.page);
    else {
      const inside = folders.get(next);
      if (inside === undefined) folders.set(next, [one]);
      else inside.push(one);
    }
  }
  const built = [...folders].map(([next, inside]) => build(next, inside, depth + 1, false));
  const heat = (page: FilePage): number => page.file.self;
  return {
    name: own,
    folders: built.sort((a, b) => b.self - a.self),
    pages: pages.sort((a, b) => heat(b) - heat(a) || b.file.total - a.file.total),
    self: placed.reduce((sum, { page }) => sum + heat(page), 0),
    files: placed.length,
  };
}

/** What a path begins with before its first part. */
function rootOf({ page: { file: { path } } }: Placed): string {
  return /^[\\/]+/.exec(path)?.[0] ?? "";
}
