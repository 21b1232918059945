/** Recordings of made-up programs whose differences are known. */

import { createBinary } from "../../collectors/binary.ts";
import type { Metadata, Summary } from "../../src/profile/metadata.ts";
import { Profile } from "../../src/profile/profile.ts";
import { createRandom } from "../../src/sampler/schedule.ts";
import { joinPieces, ProfileBuilder } from "../collectors/profiles.ts";

/** A run of a program: what it spends in each function, in samples of 1 ms that come in any order. */
export interface Run {
  readonly work: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly metadata?: Partial<Metadata>;
  readonly ending?: Summary["ending"];
}

/** Records a run; each function is called by `main`, at two lines. */
export function recordRun({ work, seed, metadata, ending = "target-ended" }: Run): Uint8Array {
  const random = createRandom(seed);
  // As captures are taken unless something else is asked for.
  const features = { native: false, gc: true, opcodes: false };
  const builder = new ProfileBuilder({ features, ...metadata });
  builder.thread(4242, "MainThread");
  const main = { file: "/srv/x.py", name: "main", first: 1, line: 2 };
  const ids = Object.entries(work).flatMap(([name, samples], index) => {
    const lines = [3, 4].map((line) =>
      builder.stack([main, { file: "/srv/x.py", name, first: 10 * index + seed, line }])
    );
    // A run is never quite like another.
    const drawn = samples + (random() - 0.5) * 2 * Math.sqrt(samples);
    return Array.from({ length: Math.round(drawn) }, () => lines[Number(random() < 0.5)]!);
  });
  const order = ids.map((id) => [random(), id] as const).sort(([a], [b]) => a - b);
  return record(builder.profile, order.map(([, id]) => id), ending);
}

/** Writes a recording: one sample of the first thread each millisecond. */
function record(
  tables: Profile,
  stacks: readonly number[],
  ending: Summary["ending"],
): Uint8Array {
  const collector = createBinary({});
  const pieces = [...collector.begin(tables.metadata)];
  const length = stacks.length;
  const batch = {
    length,
    time: Float64Array.from(stacks, (_, i) => i * 1000),
    thread: new Int32Array(length),
    stack: Int32Array.from(stacks),
    flags: new Int32Array(length),
  };
  tables.add(batch);
  tables.quality.samples = tables.quality.ticks = length;
  pieces.push(...collector.add(tables, batch));
  pieces.push(...collector.finish(tables, { durationUs: (length - 1) * 1000, ending }));
  const bytes = joinPieces(pieces);
  bytes.set(collector.head!());
  return bytes;
}
