import type { Row } from "./rows.ts";

/** Longest pattern that is tried, and longest text that one is tried on: patterns may take forever. */
const MOST_PATTERN = 200;
const MOST_TEXT = 300;

/** Tells which rows a filter lets through: part of `path:function` without regard to case, or `/pattern/`. */
export function matcherOf(filter: string): (row: Row) => boolean {
  if (filter === "") return () => true;
  const pattern = /^\/(.+)\/$/.exec(filter)?.[1];
  if (pattern !== undefined && pattern.length <= MOST_PATTERN) {
    try {
      const expression = new RegExp(pattern, "iu");
      return (row) => expression.test(textOf(row).slice(-MOST_TEXT));
    } catch {
      // Not a pattern (yet): look for it as it stands.
    }
  }
  const wanted = filter.toLowerCase();
  return (row) => textOf(row).toLowerCase().includes(wanted);
}

function textOf({ file, name }: Row): string {
  return `${file}:${name}`;
}
