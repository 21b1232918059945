/** What a live capture has seen so far, as files. */

import { createBinary } from "../../collectors/binary.ts";
import type { Spool } from "../../collectors/collector.ts";
import { DEFAULT_OPTIONS } from "../../collectors/registry.ts";
import type { Profile, SampleBatch } from "../profile/profile.ts";
import { openInput } from "../recording/inputs/open.ts";
import { delay } from "./child.ts";
import { isFault } from "./errors.ts";
import { prepareExports } from "./exports.ts";
import { explainInput, openInputFile } from "./input_file.ts";
import { createSpoolStore } from "./spool.ts";

/** Time for which work goes on before keys and the screen have their turn, ms. */
const TURN_MS = 20;

/** Bytes of a recording without samples, at most; and how long the first ones take, ms. */
const LEAST = 4096;
const SOON_MS = 700;

/** Records a capture aside, so that it can be written while it goes on. */
export interface Snapshots {
  add(profile: Profile, batch: SampleBatch): void;
  /** Writes a recording and a report into the working directory. Returns what to say about it. */
  write(): Promise<string>;
  close(): void;
}

/** Begins to record. What is recorded stands in a file without a name. */
export function createSnapshots(): Snapshots {
  const collector = createBinary({ compression: "zstd" });
  const store = createSpoolStore(".");
  let spool: Spool | undefined;
  let pid = 0;
  let number = 0;
  return {
    add(profile, batch): void {
      if (spool === undefined) {
        spool = store.createSpool();
        pid = profile.metadata.pid;
        for (const piece of collector.begin(profile.metadata)) spool.append(piece);
      }
      for (const piece of collector.add(profile, batch)) spool.append(piece);
    },
    async write(): Promise<string> {
      // The first samples are recorded a moment after they are seen.
      if (spool === undefined || spool.length < LEAST) await delay(SOON_MS);
      if (spool === undefined) return "nothing to write yet";
      try {
        return await writeSnapshot(spool, `tachyon.${pid}.${++number}`);
      } catch (error) {
        return `not written: ${error instanceof Error ? error.message : String(error)}`;
      }
    },
    close: () => store.close(),
  };
}

/** The recording is unfinished, as after a crash: replaying it gives whole ones of any kind. */
async function writeSnapshot(spool: Spool, name: string): Promise<string> {
  const unfinished = await Deno.makeTempFile({ prefix: "tachyon-" });
  try {
    using file = await Deno.open(unfinished, { write: true });
    for (const piece of spool.read()) {
      for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
    }
    return await convert(unfinished, name);
  } finally {
    await Deno.remove(unfinished);
  }
}

async function convert(unfinished: string, name: string): Promise<string> {
  const file = openInputFile(unfinished);
  if (isFault(file)) return file.what;
  try {
    const input = explainInput(unfinished, openInput(file.source));
    if (isFault(input)) return input.what;
    if (input.knows === "functions") throw new Error("a recording has stacks");
    const places = [`${name}.bin`, `${name}.html`] as const;
    const exports = prepareExports([
      { format: "binary", path: places[0] },
      { format: "flamegraph", path: places[1] },
    ], DEFAULT_OPTIONS);
    if (isFault(exports)) return exports.what;
    exports.begin(input.profile, name);
    let turn = performance.now();
    for (const batch of input.read()) {
      exports.add(input.profile, batch);
      if (performance.now() - turn < TURN_MS) continue;
      await delay(0);
      turn = performance.now();
    }
    if (input.profile.quality.samples === 0) {
      exports.discard();
      return "nothing to write yet";
    }
    const { failed } = await exports.finish(input.profile, input.summary());
    return failed[0]?.what ?? `written: ${places.join(", ")}`;
  } finally {
    file.close();
  }
}
