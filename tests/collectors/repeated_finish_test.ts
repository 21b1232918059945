import assert from "node:assert/strict";
import {
  DEFAULT_OPTIONS,
  FORMAT_NAMES,
  type FormatName,
  FORMATS,
} from "../../collectors/registry.ts";
import type { Spool } from "../../collectors/collector.ts";
import { randomCapture } from "../recording/random_capture.ts";
import { joinPieces } from "./profiles.ts";

/** A spool in memory. */
class HeldSpool implements Spool {
  readonly #pieces: Uint8Array[] = [];
  length = 0;

  append(bytes: Uint8Array): void {
    this.#pieces.push(bytes.slice());
    this.length += bytes.length;
  }

  read(): Uint8Array[] {
    return this.#pieces;
  }
}

const SHAPE = {
  samples: 4000,
  threads: 3,
  depth: 12,
  gaps: [100, 100, 900],
  metadata: { startedAt: Date.UTC(2020, 0, 1) },
};

/**
 * What a format makes of a capture.
 * @param asked number of batches after which it is asked, too; Infinity: only at the end.
 * @param given number of batches that it is given.
 */
async function make(
  format: FormatName,
  seed: number,
  asked: number,
  given = Infinity,
): Promise<{ early: string; whole: string }> {
  const { profile, batches, summary } = randomCapture(seed, SHAPE);
  const tools = { createSpool: (): Spool => new HeldSpool() };
  const collector = FORMATS[format].create(DEFAULT_OPTIONS, tools);
  const pieces: Uint8Array[] = [];
  const keep = (bytes: Iterable<Uint8Array>): void => {
    for (const piece of bytes) pieces.push(piece.slice());
  };
  const finish = async (): Promise<string> => {
    await collector.prepare?.();
    const rest = joinPieces(collector.finish(profile, summary));
    const files = [...collector.files?.(profile, summary) ?? []]
      .flatMap(({ bytes }) => [...bytes].map((piece) => piece.slice()));
    const text = new TextDecoder("latin1").decode(joinPieces([...pieces, rest, ...files]));
    return text.replace(/"run_id":"\w+"/g, "");
  };
  keep(collector.begin(profile.metadata));
  let early = "";
  let batch = 0;
  for (const one of batches) {
    batch++;
    if (FORMATS[format].from !== "counts") keep(collector.add(profile, one));
    if (batch === asked) early = await finish();
    if (batch === given) break;
  }
  return { early, whole: await finish() };
}

for (const format of FORMAT_NAMES) {
  if (FORMATS[format].streams) continue;
  Deno.test(`${format} can be asked for what there is so far, and goes on as if it had not been`, async () => {
    for (const seed of [1, 2, 3]) {
      const { early, whole } = await make(format, seed, 3);
      assert.notEqual(early, "");
      assert.ok(whole === (await make(format, seed, Infinity)).whole);
      assert.ok(early === (await make(format, seed, Infinity, 3)).whole);
    }
  });
}
