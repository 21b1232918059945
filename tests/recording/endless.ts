/** A capture without end, and a process that records it until it is killed. */

import { createBinary } from "../../collectors/binary.ts";
import type { SampleBatch } from "../../src/profile/profile.ts";
import { type Capture, randomCapture } from "./random_capture.ts";

/** Always the same for the same seed. */
export function endlessCapture(seed: number): Capture {
  return randomCapture(seed, { samples: Infinity, threads: 3, depth: 40, gaps: [1, 1000, 1013] });
}

/** The first samples of that capture. */
export function firstSamples(
  seed: number,
  count: number,
): { capture: Capture; all: SampleBatch[] } {
  const capture = endlessCapture(seed);
  const all: SampleBatch[] = [];
  let left = count;
  for (const batch of capture.batches) {
    if (left <= 0) break;
    const length = Math.min(left, batch.length);
    all.push({ ...batch, length });
    left -= length;
  }
  return { capture, all };
}

/** Records to a file; on stdout, a line for each batch that is written: the time of its last sample. */
function recordForEver(path: string, seed: number): void {
  const file = Deno.openSync(path, { write: true, createNew: true });
  const encoder = new TextEncoder();
  const write = (pieces: Iterable<Uint8Array>): void => {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length;) at += file.writeSync(piece.subarray(at));
    }
  };
  const { profile, batches } = endlessCapture(seed);
  const collector = createBinary({ compression: seed % 4 === 0 ? "none" : "zstd" });
  write(collector.begin(profile.metadata));
  for (const batch of batches) {
    write(collector.add(profile, batch));
    Deno.stdout.writeSync(encoder.encode(`${batch.time[batch.length - 1]}\n`));
  }
}

if (import.meta.main) recordForEver(Deno.args[0]!, Number(Deno.args[1]));
