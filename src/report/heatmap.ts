import { createHash } from "node:crypto";
import { shortenPaths } from "../analysis/places.ts";
import type { Summary } from "../profile/metadata.ts";
import type { Profile } from "../profile/profile.ts";
import type { FilePage } from "./heatmap_calls.ts";
import { countHeat } from "./heatmap_counts.ts";
import {
  type ColouredSource,
  colourSource,
  type FileContext,
  writeFileFacts,
  writeFileToolbar,
  writeLines,
  writePath,
} from "./heatmap_file.ts";
import { type FrameParts, writeFrame } from "./heatmap_frame.ts";
import { INDEX_TOOLBAR, writeIndex } from "./heatmap_index.ts";
import { OpcodeNames } from "./heatmap_opcodes.ts";
import { findScale } from "./heatmap_scale.ts";
import type { SourceReader } from "./sources.ts";
import { escapeForPage } from "./text.ts";
import { gatherFacts } from "./verdict.ts";

/** A page of a heat map. */
export interface HeatmapPage {
  /** Name of its file; plain letters, digits, points and dashes. */
  readonly name: string;
  readonly markup: Iterable<string>;
}

/** The page to begin with. */
export const INDEX_NAME = "index.html";
/** What pages are called. */
export const PAGE_NAME = /^(index|[\w.-]+-[0-9a-f]{12})\.html$/;
const LONGEST_NAME = 60;

/** Makes the pages of a heat map, one after the other: the index, and one for each file with samples. */
export function* writeHeatmap(
  profile: Profile,
  summary: Summary,
  sources: SourceReader,
): Generator<HeatmapPage> {
  const facts = gatherFacts(profile, summary);
  const counts = countHeat(profile);
  const short = shortenPaths(counts.files.map(({ path }) => path));
  const pages = counts.files.map((file): FilePage => ({
    file,
    name: nameOf(file.path),
    short: short.get(file.path) ?? file.path,
  }));
  const context: FileContext = {
    pages,
    scale: findScale(profile, counts, facts.trust.sampleUs),
    opcodes: new OpcodeNames(profile.metadata.pythonVersion),
  };
  const frame = (parts: FrameParts): Iterable<string> => writeFrame(parts, facts, counts.samples);
  const coloured = new Map<number, ColouredSource | undefined>();
  const sourceOf = (page: number): ColouredSource | undefined => {
    if (!coloured.has(page)) {
      const source = sources.find(pages[page]!.file.id);
      coloured.set(page, source && colourSource(source));
    }
    return coloured.get(page);
  };
  yield {
    name: INDEX_NAME,
    markup: frame({
      kind: "index",
      title: "",
      beside: "",
      tools: "",
      toolbar: INDEX_TOOLBAR,
      body: writeIndex(context, sourceOf),
    }),
  };
  coloured.clear();
  const ranked = pages.filter(({ file }) => file.total > 0).sort((a, b) =>
    b.file.self - a.file.self || b.file.total - a.file.total
  );
  for (const [rank, page] of ranked.entries()) {
    const { path, lines, id } = page.file;
    const hasOpcodes = [...lines.values()].some((line) => context.opcodes.list(line).length > 0);
    const [hotter, next] = [ranked[rank - 1], ranked[rank + 1]];
    yield {
      name: page.name,
      markup: frame({
        kind: "file",
        title: escapeForPage(page.short),
        beside: writePath(path),
        tools: writeLink("index", INDEX_NAME, "Index", "All files (u)") +
          (hotter ? writeLink("hotter", hotter.name, "←", "Hotter file ([)") : "") +
          (next ? writeLink("colder", next.name, "→", "Next hottest file (])") : ""),
        toolbar: writeFileToolbar(hasOpcodes),
        body: chain(
          [writeFileFacts(page, rank, ranked.length, context)],
          writeLines(page, sources.find(id), context),
        ),
      }),
    };
  }
}

function writeLink(id: string, name: string, text: string, title: string): string {
  return `<a class="plain" id="${id}" href="${name}" title="${title}" aria-label="${title}">${text}</a>`;
}

/** A name that says which file it is, and is the same in every heat map, so that links go on working. */
function nameOf(path: string): string {
  const plain = (shortenPaths([path]).get(path) ?? path).replace(/[^\w.-]+/g, "_").replace(
    /^[.-]+/,
    "",
  ).slice(
    0,
    LONGEST_NAME,
  );
  const digest = createHash("sha256").update(path).digest("hex").slice(0, 12);
  return `${plain || "file"}-${digest}.html`;
}

function* chain(...parts: readonly Iterable<string>[]): Generator<string> {
  for (const part of parts) yield* part;
}
