/** Threads of processes that were recorded, and can be made to move. */
import assert from "node:assert/strict";
import { nameOf } from "../../scripts/pythons.ts";
import { WHOLE } from "../../src/cpython/snapshot_status.ts";
import { listThreads } from "../../src/cpython/thread_list.ts";
import { open } from "../ffi/targets.ts";
import { Image } from "./image.ts";
import { withDataStack } from "./interpreters.ts";
import { Reading, runtimeOf } from "./stacks.ts";
import { Stopped } from "./stopped.ts";

/** A recorded main thread whose stack has been read, and whose memory can be changed from here on. */
export interface Scene {
  readonly image: Image;
  readonly reading: Reading;
  readonly main: ReturnType<typeof listThreads>[number];
}

const recorded = new Map<string, Image>();
for (const python of withDataStack) {
  await using stopped = await Stopped.start(python, "nested");
  using process = open(stopped.pid);
  const image = Image.record(process);
  new Reading(runtimeOf(image)).all();
  image.seal();
  recorded.set(nameOf(python), image);
}

/** The main thread of a Python, by its name, with all its calls learned. */
export function begin(minor: string): Scene {
  const image = recorded.get(minor)!.copy();
  const reading = new Reading(runtimeOf(image));
  const main = listThreads(reading.runtime).find((state) => state.main)!;
  reading.settle(main);
  assert.equal(reading.take(main, true).status, WHOLE);
  return { image, reading, main };
}
