import { formatCount, formatCounted } from "../analysis/units.ts";
import type { HeatCall, HeatFile, HeatLine } from "./heatmap_counts.ts";
import { escapeForMarkup } from "./markup.ts";
import { escapeForPage } from "./text.ts";

/** Calls listed at one line. */
const MOST_LISTED = 40;
const LONGEST_NAME = 120;

/** A file with its page. */
export interface FilePage {
  readonly file: HeatFile;
  /** Name of the page's file. */
  readonly name: string;
  /** The shortest ending of the path that tells it from the others. Untrusted text. */
  readonly short: string;
}

/** The two kinds of jumps. */
const KINDS = {
  callers: { sign: "▲", verb: "Called from", noun: "caller" },
  callees: { sign: "▼", verb: "Calls", noun: "callee" },
} as const;

/** The jumps from a line to those that call what begins there, and to what it calls. */
export function writeJumps(line: HeatLine, pages: readonly FilePage[]): string {
  return writeKind("callers", line, pages) + writeKind("callees", line, pages);
}

/** One goes there at once; several open a list. */
function writeKind(
  kind: keyof typeof KINDS,
  line: HeatLine,
  pages: readonly FilePage[],
): string {
  const calls = line[kind];
  const { sign, verb, noun } = KINDS[kind];
  if (calls.length === 0) return "";
  const [only] = calls;
  if (only !== undefined && calls.length === 1) {
    const label = `${verb} ${cut(only.name)}, ${placeOf(only, pages)}: ` +
      formatCounted(only.total, "sample");
    const tip = escapeForMarkup(label);
    return `<a class="jump ${kind}" href="${addressOf(only, pages)}" aria-label="${tip}" ` +
      `data-tip="${tip}">${sign}</a>`;
  }
  const id = `${kind}-${line.line}`;
  const items = calls.slice(0, MOST_LISTED).map((call) =>
    `<li><a href="${addressOf(call, pages)}"><b class="n">${formatCount(call.total)}</b> ` +
    `<bdi>${escapeForMarkup(cut(call.name))}</bdi> ` +
    `<bdi class="faint">${escapeForMarkup(placeOf(call, pages))}</bdi></a>`
  );
  const rest = calls.length - items.length;
  if (rest > 0) items.push(`<li class="faint">and ${formatCount(rest)} with fewer samples`);
  const title = `${verb} ${formatCounted(calls.length, "place")}, by samples`;
  return `<button type="button" class="jump ${kind}" popovertarget="${id}" ` +
    `aria-label="${formatCounted(calls.length, noun)}" data-tip="${title}">${sign}` +
    `<sub>${calls.length}</sub></button>` +
    `<div popover class="calls" id="${id}"><h2>${title}</h2><ul>${items.join("")}</ul></div>`;
}

/** Where a line is shown. */
export function addressOf({ file, line }: HeatCall, pages: readonly FilePage[]): string {
  return `${pages[file]!.name}${line > 0 ? `#line-${line}` : ""}`;
}

function placeOf({ file, line }: HeatCall, pages: readonly FilePage[]): string {
  return `${cut(pages[file]!.short)}${line > 0 ? `:${line}` : ""}`;
}

function cut(text: string): string {
  const shown = escapeForPage(text);
  return shown.length > LONGEST_NAME ? `${shown.slice(0, LONGEST_NAME)}…` : shown;
}
