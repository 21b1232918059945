/** Images of processes that lie, and readings of them with a bound on what those may cost. */
import { findRuntime } from "../../src/cpython/runtime.ts";
import type { Image } from "./image.ts";
import type { Random } from "./random.ts";
import { Reading } from "./stacks.ts";

/** Hostile images of each kind and version. */
export const ROUNDS: number = Number(Deno.env.get("TACHYON_FUZZ_IMAGES") ?? 700);
export const SEED: number = Number(Deno.env.get("TACHYON_FUZZ_SEED") ?? 13);

/** What a hostile target may cost: far above what an honest one does, far below what would be felt. */
const MOST_READS = 100_000;
const MOST_BYTES = 256 << 20;

/** Looks for an interpreter and reads all its threads, some of them again. */
export function readTwice(image: Image): void {
  image.readsLeft = MOST_READS;
  image.bytesLeft = MOST_BYTES;
  const runtime = findRuntime(image);
  if ("fault" in runtime) return;
  const reading = new Reading(runtime);
  for (const { state } of reading.all()) {
    reading.take(state, true);
    reading.snapshot(state).learn();
    reading.take(state);
  }
}

/** Flips up to eight bits in some ranges. */
export function flipBits(
  image: Image,
  ranges: readonly (readonly [address: number, length: number])[],
  random: Random,
): void {
  for (let flips = 1 + random.below(8); flips > 0; flips--) {
    // Small ranges are links, counts and heads: as likely to be hit as the large ones.
    const [address, length] = random.pick(ranges);
    const at = address + random.below(length);
    const byte = image.at(at);
    if (byte !== undefined) image.write(at, Uint8Array.of(byte[0]! ^ 1 << random.below(8)));
  }
}
