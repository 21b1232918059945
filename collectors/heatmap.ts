import type { Metadata, Summary } from "../src/profile/metadata.ts";
import type { Profile, SampleBatch } from "../src/profile/profile.ts";
import { INDEX_NAME, PAGE_NAME, writeHeatmap } from "../src/report/heatmap.ts";
import { GENERATOR } from "../src/report/heatmap_frame.ts";
import { SourceReader } from "../src/report/sources.ts";
import { loadSyntax } from "../src/report/syntax.ts";
import { type Bytes, type Collector, NOTHING, type OutputFile } from "./collector.ts";

/** Characters that are written at once. */
const PIECE = 1 << 16;

/** What a heat map is known by, so that a new one may take its place and nothing else is lost. */
export const HEATMAP_DIRECTORY = {
  index: INDEX_NAME,
  mark: `<meta name="generator" content="${GENERATOR}">`,
  isOwn: (name: string): boolean => PAGE_NAME.test(name),
};

/** The `heatmap` format: a directory with an index and a page for each source file. */
export function createHeatmap(): Collector {
  let sources: SourceReader | undefined;
  return {
    begin(metadata: Metadata): Bytes {
      sources = new SourceReader(metadata);
      return NOTHING;
    },
    add(profile: Profile, _batch: SampleBatch): Bytes {
      sources?.look(profile);
      return NOTHING;
    },
    prepare: loadSyntax,
    finish: () => NOTHING,
    *files(profile: Profile, summary: Summary): Generator<OutputFile> {
      const reader = sources ?? new SourceReader(profile.metadata);
      reader.look(profile);
      for (const { name, markup } of writeHeatmap(profile, summary, reader)) {
        yield { name, bytes: encode(markup) };
      }
    },
  };
}

function* encode(markup: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let text = "";
  for (const part of markup) {
    text += part;
    if (text.length < PIECE) continue;
    yield encoder.encode(text);
    text = "";
  }
  yield encoder.encode(text);
}
