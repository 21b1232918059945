import { formatCount, formatCounted } from "../analysis/units.ts";
import { addressOf, type FilePage } from "./heatmap_calls.ts";
import { writeCode } from "./heatmap_code.ts";
import type { Heat, HeatLine } from "./heatmap_counts.ts";
import type { ColouredSource, FileContext } from "./heatmap_file.ts";
import { type Folder, ORIGINS, sortIntoFolders } from "./heatmap_folders.ts";
import { METRIC_TABS, writeSearch } from "./heatmap_frame.ts";
import {
  describeSamples,
  drawBar,
  findMost,
  levelClasses,
  type Scale,
  writeShare,
} from "./heatmap_scale.ts";
import { escapeForMarkup, writeText } from "./markup.ts";
import { packageOf } from "./packages.ts";

/** Lines listed before the files. */
const MOST_LINES = 12;
/** Kind of Python frames, as `packageOf` takes it. */
const PYTHON = 0;

export const INDEX_TOOLBAR = METRIC_TABS + writeSearch("Search for files") +
  `<button type="button" id="fold" title="Open or close all folders (e)">Open all</button>`;

/** One of the hottest lines. */
interface Hot {
  readonly page: number;
  readonly line: HeatLine;
}

/**
 * The first page: the hottest lines, and all files by where they come from, as the target's own paths
 * tell.
 * @param sourceOf a file's source, by its number.
 */
export function* writeIndex(
  context: FileContext,
  sourceOf: (page: number) => ColouredSource | undefined,
): Generator<string> {
  const { pages, scale } = context;
  if (pages.length === 0) {
    yield `<p class="empty">No sample is in a Python file.</p>`;
    return;
  }
  for (const metric of ["self", "total"] as const) {
    yield `<section class="hottest by-${metric}"><h2>Hottest lines by ${
      metric === "self" ? "own time" : "time with all they call"
    }</h2><table class="code"><tbody>`;
    for (const hot of findHottest(pages, metric)) yield writeHot(hot, metric, context, sourceOf);
    yield `</tbody></table></section>`;
  }
  yield `<section class="tree"><div class="entry heads"><span>File</span><span></span>` +
    `<span class="n">Self</span><span class="n">Total</span><span class="n lines-hit">Lines</span></div>`;
  const most = findMost(pages.map(({ file }) => file));
  for (const [kind, title] of ORIGINS) {
    const inside = pages.filter(({ file }) =>
      file.total > 0 && packageOf(file.path, PYTHON).kind === kind
    );
    if (inside.length > 0) yield* writeOrigin(title, kind === "project", inside, most, scale);
  }
  yield `</section><p class="empty nothing-found" hidden>No file is called so.</p>`;
}

function findHottest(pages: readonly FilePage[], metric: "self" | "total"): Hot[] {
  const all = pages.flatMap(({ file }, page) =>
    [...file.lines.values()].map((line): Hot => ({ page, line }))
  );
  return all.filter(({ line }) => line[metric] > 0)
    .sort((a, b) => b.line[metric] - a.line[metric]).slice(0, MOST_LINES);
}

function writeHot(
  { page, line }: Hot,
  metric: "self" | "total",
  { pages, scale, opcodes }: FileContext,
  sourceOf: (page: number) => ColouredSource | undefined,
): string {
  const source = sourceOf(page);
  const text = source?.lines[line.line - 1];
  const indent = text === undefined ? 0 : text.length - text.trimStart().length;
  const tokens = (source?.tokens(line.line) ?? []).filter(({ to }) => to > indent);
  const code = text === undefined
    ? `<span class="faint">in ${writeText(line.name)}</span>`
    : writeCode(
      {
        text: text.slice(indent),
        tokens: tokens.map(({ from, to, kind }) => ({
          from: from - indent,
          to: to - indent,
          kind,
        })),
        line: line.line,
        spans: [],
        instructions: opcodes.list(line),
      },
      scale,
    );
  const call = { file: page, line: line.line, name: line.name, total: 0 };
  return `<tr class="${levelClasses(scale, line)}">` +
    `<td class="n ${metric}" data-tip="${escapeForMarkup(describeSamples(scale, line[metric]))}">` +
    `${writeShare(scale, line[metric])}` +
    `<th scope="row"><a href="${addressOf(call, pages)}"><bdi>${
      writeText(pages[page]!.short)
    }</bdi>:${line.line}</a><td class="text"><code>${code}</code>\n`;
}

function* writeOrigin(
  title: string,
  open: boolean,
  pages: readonly FilePage[],
  most: Heat,
  scale: Scale,
): Generator<string> {
  const top = sortIntoFolders(pages);
  yield `<details class="origin"${open ? " open" : ""}><summary class="entry">` +
    `<span class="name"><b>${title}</b> <bdi class="faint">${writeText(top.name)}</bdi> ` +
    `${writeSize(top)}</span><span></span>${writeSelf(top.self, scale)}<span></span><span></span>` +
    `</summary>`;
  yield* writeInside(top, most, scale);
  yield `</details>`;
}

function* writeFolder(folder: Folder, most: Heat, scale: Scale): Generator<string> {
  yield `<li class="folder"><details open><summary class="entry"><span class="name"><bdi>${
    writeText(folder.name)
  }/</bdi> ${writeSize(folder)}</span><span></span>${writeSelf(folder.self, scale)}` +
    `<span></span><span></span></summary>`;
  yield* writeInside(folder, most, scale);
  yield `</details></li>`;
}

function* writeInside({ folders, pages }: Folder, most: Heat, scale: Scale): Generator<string> {
  yield "<ul>";
  for (const { file, name, short } of pages) {
    const hit = [...file.lines.values()].filter((line) => line.total > 0).length;
    const title = file.path.split(/[\\/]/).at(-1) || short;
    yield `<li class="entry file" data-path="${writeText(file.path)}"><span class="name">` +
      `<a href="${name}"><bdi>${writeText(title)}</bdi></a></span>${drawBar(file, most)}` +
      `${writeSelf(file.self, scale)}<span class="n total" data-tip="${
        escapeForMarkup(describeSamples(scale, file.total))
      }">${writeShare(scale, file.total)}</span>` +
      `<span class="n lines-hit">${formatCount(hit)}</span></li>\n`;
  }
  for (const folder of folders) yield* writeFolder(folder, most, scale);
  yield "</ul>";
}

function writeSelf(self: number, scale: Scale): string {
  const tip = escapeForMarkup(describeSamples(scale, self));
  return `<span class="n self" data-tip="${tip}">${writeShare(scale, self)}</span>`;
}

function writeSize({ files }: Folder): string {
  return `<span class="faint size">${formatCounted(files, "file")}</span>`;
}
