/** A recording that is still being written, as a whole one of what is in it by now. */

import { createBinary } from "../../collectors/binary.ts";
import type { Bytes } from "../../collectors/collector.ts";
import { delay } from "./child.ts";
import { type Fault, isFault } from "./errors.ts";
import { nothingRecorded } from "./input_faults.ts";
import { explainInput, openInputFile } from "./input_file.ts";
import { replaceFile, type Written } from "./output.ts";
import { createSpoolStore } from "./spool.ts";
import { explainFailure } from "./write_failure.ts";

/** Time for which work goes on before samples and signals have their turn, ms. */
const TURN_MS = 20;

/**
 * Makes a whole recording of an unfinished one.
 * @param directory of the file that is made.
 */
export async function copyRecording(
  from: string,
  to: string,
  directory: string,
): Promise<Written | Fault> {
  const file = openInputFile(from);
  if (isFault(file)) return file;
  const store = createSpoolStore(directory);
  try {
    const { openInput } = await import("../recording/inputs/open.ts");
    const input = explainInput(from, openInput(file.source));
    if (isFault(input)) return input;
    if (input.knows === "functions") throw new Error("a recording has stacks");
    const { profile } = input;
    const collector = createBinary({ compression: "zstd" });
    const spool = store.createSpool();
    const keep = (pieces: Bytes): void => {
      for (const piece of pieces) spool.append(piece);
    };
    keep(collector.begin(profile.metadata));
    let turn = performance.now();
    for (const batch of input.read()) {
      keep(collector.add(profile, batch));
      if (performance.now() - turn < TURN_MS) continue;
      await delay(0);
      turn = performance.now();
    }
    if (profile.quality.samples === 0) return nothingRecorded(from);
    keep(collector.finish(profile, { ...input.summary(), ending: "snapshot" }));
    await replaceFile(to, directory, spool.read(), () => collector.head!());
    return { path: to };
  } catch (error) {
    return explainFailure(error);
  } finally {
    store.close();
    file.close();
  }
}
