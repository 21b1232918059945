import { SOURCE_NOTES } from "../../assets/report/source_notes.ts";
import { formatCount, formatCounted } from "../analysis/units.ts";
import { writeJumps } from "./heatmap_calls.ts";
import type { FilePage } from "./heatmap_calls.ts";
import { writeCode } from "./heatmap_code.ts";
import type { HeatLine } from "./heatmap_counts.ts";
import { METRIC_TABS, writeSearch } from "./heatmap_frame.ts";
import { type Instruction, type OpcodeNames, writeInstructions } from "./heatmap_opcodes.ts";
import { describeSamples, levelClasses, type Scale, writeShare } from "./heatmap_scale.ts";
import { escapeForMarkup, writeText } from "./markup.ts";
import { type FoundSource, splitLines } from "./sources.ts";
import { colorPython, type Token } from "./syntax.ts";
import { escapeForPage } from "./text.ts";

/** Of files with more lines, only those near samples are shown. */
const MOST_LINES = 20_000;
const AROUND = 40;

/** What a file's page needs besides the file. */
export interface FileContext {
  readonly pages: readonly FilePage[];
  readonly scale: Scale;
  readonly opcodes: OpcodeNames;
}

/** A source, ready to be shown line by line. */
export interface ColouredSource {
  readonly lines: readonly string[];
  tokens(line: number): readonly Token[];
}

/** Splits a source into lines with their syntax. */
export function colourSource({ text }: FoundSource): ColouredSource {
  const whole = splitLines(text).join("\n");
  const lines = whole.split("\n");
  const byLine: Token[][] = [];
  let line = 0;
  let start = 0;
  for (const { from, to, kind } of colorPython(whole)) {
    while (start + lines[line]!.length < from) start += lines[line++]!.length + 1;
    // A string of several lines is a token in each.
    let [at, first] = [line, start];
    while (at < lines.length && first < to) {
      const length = lines[at]!.length;
      const piece = { from: Math.max(0, from - first), to: Math.min(length, to - first), kind };
      if (piece.from < piece.to) (byLine[at] ??= []).push(piece);
      first += length + 1;
      at++;
    }
  }
  return { lines, tokens: (number) => byLine[number - 1] ?? [] };
}

/** Above the lines: how the file stands among the others. */
export function writeFileFacts(
  page: FilePage,
  rank: number,
  files: number,
  { scale }: FileContext,
): string {
  const { self, total, lines } = page.file;
  const hit = [...lines.values()].filter((line) => line.total > 0).length;
  const fact = (name: string, value: string, tip: string): string =>
    `<div data-tip="${escapeForMarkup(tip)}"><dt>${name}<dd>${value}</div>`;
  return `<dl class="facts">${
    [
      fact("Self", writeShare(scale, self), describeSamples(scale, self)),
      fact("Total", writeShare(scale, total), describeSamples(scale, total)),
      fact("Lines with samples", formatCount(hit), formatCounted(hit, "line")),
      fact("Rank by own time", `${rank + 1} of ${files}`, "Among the files of this profile"),
    ].join("")
  }</dl><p class="legend-special"><span>No special forms</span><i></i><span>Special forms only</span></p>`;
}

/** What can be chosen on a file's page. */
export function writeFileToolbar(hasOpcodes: boolean): string {
  const toggle = (id: string, key: string, name: string, title: string): string =>
    `<button type="button" id="${id}" aria-pressed="false" title="${title} (${key})">${name}</button>`;
  return METRIC_TABS + toggle("hot", "h", "Hot lines only", "Leave out lines without samples") +
    (hasOpcodes
      ? toggle("bytecode", "b", "Instructions", "Show the instructions of all lines") +
        toggle("special", "c", "Special forms", "Colour by special forms of instructions")
      : "") +
    writeSearch("Search in this file") +
    `<button type="button" id="next" title="Next hottest line (n)">Next hottest</button>`;
}

/** The lines of a file. */
export function* writeLines(
  page: FilePage,
  source: FoundSource | undefined,
  context: FileContext,
): Generator<string> {
  if (source === undefined) {
    yield `<p class="warning">The source of this file could not be read; its lines are listed by ` +
      `number, with the functions they belong to.</p>`;
  } else if (source.state !== "read") {
    const kind = source.state === "changed" ? "warning" : "unproven";
    yield `<p class="${kind}">${SOURCE_NOTES[source.state]}</p>`;
  }
  yield `<div class="lines"><table class="code"><thead><tr><th scope="col" class="n self">Self` +
    `<th scope="col" class="n total">Total<th scope="col" class="n">Line<th scope="col" class="jumps">` +
    `<span class="hidden">Jumps</span><th scope="col">Code</thead><tbody>`;
  const { lines } = page.file;
  const coloured = source && colourSource(source);
  let before = 0;
  for (const line of numbersToShow(lines, coloured?.lines.length ?? 0)) {
    const gap = line > before + 1;
    before = line;
    yield writeLine(line, gap, lines.get(line), coloured, context);
  }
  yield `</tbody></table><canvas id="minimap" aria-hidden="true"></canvas></div>`;
}

/** All lines of a file of sane length; else those near samples. Without a source, those with samples. */
function* numbersToShow(
  lines: ReadonlyMap<number, HeatLine>,
  length: number,
): Generator<number> {
  if (length > 0 && length <= MOST_LINES) {
    for (let line = 1; line <= length; line++) yield line;
  } else if (length > 0) {
    let shown = 0;
    for (const hot of lines.keys()) {
      for (let line = Math.max(shown + 1, hot - AROUND); line <= hot + AROUND; line++) {
        if (line <= length) yield shown = line;
      }
    }
  }
  // A file that was changed may be shorter now.
  for (const line of lines.keys()) if (line > length) yield line;
}

function writeLine(
  line: number,
  gap: boolean,
  heat: HeatLine | undefined,
  source: ColouredSource | undefined,
  context: FileContext,
): string {
  const { scale, opcodes, pages } = context;
  const text = source?.lines[line - 1];
  const instructions = heat === undefined ? [] : opcodes.list(heat);
  const code = text === undefined ? missing(heat) : writeCode({
    text,
    tokens: source?.tokens(line) ?? [],
    line,
    spans: heat?.spans ?? [],
    instructions,
  }, scale);
  // Most of a page are lines like these: what markup can do without is left out.
  const name = `<th scope=row><a href=#line-${line}>${line}</a>`;
  const classes = gap ? ["gap"] : [];
  if (heat === undefined) {
    classes.push("cold");
    return `<tr id=line-${line} class="${classes.join(" ")}"><td><td>${name}<td>` +
      `<td class=text><code>${code}</code>\n`;
  }
  const special = opcodes.specialised(instructions);
  if (special !== undefined) classes.push(`p${Math.round(special * 8)}`);
  const levels = levelClasses(scale, heat);
  if (levels !== "") classes.push(levels);
  return `<tr id="line-${line}" class="${classes.join(" ")}" data-self="${heat.self}" ` +
    `data-total="${heat.total}">` +
    writeNumber("self", heat.self, scale) + writeNumber("total", heat.total, scale) + name +
    `<td class="jumps">${writeJumps(heat, pages)}${toggleOf(line, instructions)}` +
    `<td class="text"><code>${code}</code>\n` +
    panelOf(line, heat, instructions, special);
}

function missing(heat: HeatLine | undefined): string {
  return `<span class="faint">${heat === undefined ? "" : `in ${writeText(heat.name)}`}</span>`;
}

function writeNumber(metric: "self" | "total", count: number, scale: Scale): string {
  if (count === 0) return `<td class="n ${metric}">`;
  const tip = escapeForMarkup(describeSamples(scale, count));
  return `<td class="n ${metric}" data-tip="${tip}">${writeShare(scale, count)}`;
}

function toggleOf(line: number, instructions: readonly Instruction[]): string {
  if (instructions.length === 0) return "";
  return `<button type="button" class="jump instr" aria-expanded="false" ` +
    `aria-controls="code-${line}" aria-label="Instructions of line ${line}">≡</button>`;
}

function panelOf(
  line: number,
  heat: HeatLine,
  instructions: readonly Instruction[],
  special: number | undefined,
): string {
  if (instructions.length === 0) return "";
  return `<tr class="panel-row" id="code-${line}" hidden><td colspan="5">` +
    `${writeInstructions(instructions, heat.spans, special)}\n`;
}

/** What stands beside the title: the whole path. */
export function writePath(path: string): string {
  return `<bdi>${escapeForMarkup(escapeForPage(path))}</bdi>`;
}
