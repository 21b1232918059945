/** Made-up profiles of any size for the report. */

import { Profile, type SampleBatch } from "../src/profile/profile.ts";
import { NO_STACK } from "../src/profile/tables.ts";
import { METADATA } from "../tests/collectors/profiles.ts";

/** Names that programs have. */
const WORDS = ["handle", "parse", "encode", "walk", "resolve", "render", "query", "merge", "flush"];

/** A profile and the samples that it was made of. */
export interface GrownProfile {
  readonly profile: Profile;
  readonly batch: SampleBatch;
}

/** How many things a function calls at most, and how likely a stack goes on. */
const FAN_OUT = 5;
const GOES_ON = 0.985;

/**
 * A profile with a given number of nodes, made of random walks from the root, each with a sample at its
 * end: broad near the root, long threads of single calls far from it, and one stack as deep as asked.
 */
export function growProfile(nodes: number, depth: number, functions = 4000): GrownProfile {
  const profile = new Profile({ ...METADATA, command: ["python3", "-m", `synthetic${nodes}`] });
  const random = createRandom(7);
  for (let id = 0; id < functions; id++) {
    const file = profile.strings.push(`/srv/app/package${id % 37}/module${id % 211}.py`) - 1;
    const name = profile.strings.push(`${WORDS[id % WORDS.length]}_${id}`) - 1;
    for (let line = 0; line < 3; line++) {
      profile.frames.push({
        file,
        name,
        firstLine: id % 500 + 1,
        line: id % 500 + 2 + line * 3,
        endLine: 0,
        column: -1,
        endColumn: -1,
        opcode: -1,
        kind: 0,
      });
    }
  }
  const thread = profile.threads.push({ tid: 1, name: "main", interpreter: 0, main: true }) - 1;
  const { stacks, frames } = profile;
  const known = new Map<number, number>();
  const ends: number[] = [];
  while (stacks.length < nodes) {
    let at: number = NO_STACK;
    for (let level = 0; level < depth; level++) {
      const call = Math.floor(random() ** 2 * FAN_OUT);
      const key = (at + 1) * FAN_OUT + call;
      let next = known.get(key);
      if (next === undefined) {
        next = stacks.push(at, Math.floor(random() * frames.length));
        known.set(key, next);
      }
      at = next;
      if (ends.length > 0 && random() > GOES_ON) break;
    }
    ends.push(at);
  }
  const samples = ends.length;
  const batch: SampleBatch = {
    length: samples,
    time: Float64Array.from(ends, (_, index) => index * 1000),
    thread: new Int32Array(samples).fill(thread),
    stack: Int32Array.from(ends),
    flags: new Int32Array(samples),
  };
  profile.add(batch);
  profile.quality.samples = profile.quality.ticks = samples;
  return { profile, batch };
}

/** The same numbers in every run (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}
