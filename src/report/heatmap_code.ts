import { formatCount } from "../analysis/units.ts";
import type { HeatSpan } from "./heatmap_counts.ts";
import type { Instruction } from "./heatmap_opcodes.ts";
import { describeSamples, findMost, levelClasses, type Scale } from "./heatmap_scale.ts";
import { escapeForMarkup, writeText } from "./markup.ts";
import type { Token } from "./syntax.ts";
import { escapeForPage } from "./text.ts";

/** Characters of a line that are shown; longer lines are no source that somebody reads. */
const MOST_CHARACTERS = 2000;
/** Parts of a line that are told from each other. */
const MOST_SPANS = 200;
/** Parts, and instructions of each, that a tooltip tells of. */
const MOST_TOLD = 3;
const MOST_NAMED = 3;
/** Characters of a part in a tooltip. */
const MOST_QUOTED = 60;

/** One line of a source. */
export interface CodeLine {
  readonly text: string;
  /** In order; offsets into the line. */
  readonly tokens: readonly Token[];
  readonly line: number;
  readonly spans: readonly HeatSpan[];
  readonly instructions: readonly Instruction[];
}

/** A part of a line in characters. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly span: number;
}

/**
 * A line of source as markup: Python's syntax in colours, and parts in which samples are in their heat.
 * Where parts lie within each other, the hottest is shown.
 */
export function writeCode(code: CodeLine, scale: Scale): string {
  const { text, tokens, spans } = code;
  const end = Math.min(text.length, MOST_CHARACTERS);
  const ranges = placeSpans(code, end);
  const edges = new Set([0, end]);
  for (const { from, to } of [...ranges, ...tokens]) {
    if (from < end) edges.add(from).add(Math.min(to, end));
  }
  const cuts = [...edges].sort((a, b) => a - b);
  let markup = "";
  let open: string | undefined;
  let token = 0;
  for (let i = 0; i + 1 < cuts.length; i++) {
    const [from, to] = [cuts[i]!, cuts[i + 1]!];
    const inside = ranges.filter((range) => range.from <= from && range.to >= to);
    const names = inside.map(({ span }) => span).join(" ");
    if (names !== (open ?? "")) {
      if (open !== undefined) markup += "</span>";
      open = names === "" ? undefined : names;
      if (open !== undefined) {
        const most = findMost(inside.map(({ span }) => spans[span]!), 0);
        const tip = inside.slice(0, MOST_TOLD).map((range) => describeSpan(code, range, scale));
        markup += `<span class="x ${levelClasses(scale, most)}" data-in="${names}" ` +
          `data-tip="${escapeForMarkup(tip.join("\n\n"))}">`;
      }
    }
    while (token < tokens.length && tokens[token]!.to <= from) token++;
    const kind = (tokens[token]?.from ?? Infinity) <= from ? tokens[token]!.kind : "";
    const piece = writeText(text.slice(from, to).replaceAll("\t", "    "));
    markup += kind === "" ? piece : `<i class=${kind}>${piece}</i>`;
  }
  if (open !== undefined) markup += "</span>";
  const left = text.length - end;
  return left === 0 ? markup : `${markup}<b class="cut">… ${formatCount(left)} more characters</b>`;
}

/** Where the parts of a line are in its text, smallest first. */
function placeSpans({ text, line, spans }: CodeLine, end: number): Range[] {
  const offset = characterOffsets(text);
  const ranges: Range[] = [];
  for (const [span, { column, endColumn, endLine }] of spans.entries()) {
    if (column < 0 || (endColumn < 0 && endLine <= line)) continue;
    const from = offset(column);
    const to = Math.min(end, endLine > line ? text.trimEnd().length : offset(endColumn));
    if (from < to) ranges.push({ from, to, span });
  }
  const heaviest = ranges.sort((a, b) => spans[b.span]!.total - spans[a.span]!.total);
  return heaviest.slice(0, MOST_SPANS).sort((a, b) => (a.to - a.from) - (b.to - b.from));
}

/** From UTF-8 bytes, in which Python counts columns, to characters of a text. */
function characterOffsets(text: string): (bytes: number) => number {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return (bytes) => Math.min(bytes, text.length);
  const encoder = new TextEncoder();
  const buffer = new Uint8Array(text.length * 3);
  return (bytes) => encoder.encodeInto(text, buffer.subarray(0, bytes)).read;
}

function describeSpan(
  { text, spans, instructions }: CodeLine,
  { from, to, span }: Range,
  scale: Scale,
): string {
  const { self, total } = spans[span]!;
  const quoted = text.slice(from, Math.min(to, from + MOST_QUOTED)).trim();
  const names = instructions.filter((instruction) => instruction.span === span)
    .slice(0, MOST_NAMED).map(({ name, total }) => `${name} ${formatCount(total)}`);
  return [
    escapeForPage(quoted) + (to - from > MOST_QUOTED ? "…" : ""),
    `self ${describeSamples(scale, self)}`,
    `total ${describeSamples(scale, total)}`,
    ...(names.length > 0 ? [names.join(" · ")] : []),
  ].join("\n");
}
