/** Made-up captures of all kinds, the same for the same seed. */

import { Profile, type SampleBatch, STATUS_SHIFT } from "../../src/profile/profile.ts";
import type { Metadata, Summary } from "../../src/profile/metadata.ts";
import { PROCESS_ROLES, type ProcessInfo } from "../../src/profile/process.ts";
import { emptyQuality, REJECTIONS } from "../../src/profile/quality.ts";
import { FRAME_KINDS, NO_STACK } from "../../src/profile/tables.ts";
import { VISIT_SHIFT } from "../../src/profile/profile.ts";
import { METADATA } from "../collectors/profiles.ts";

/** Numbers that look random (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = this.#state + 0x6d2b79f5 | 0;
    let t = Math.imul(this.#state ^ this.#state >>> 15, 1 | this.#state);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  }

  /** An integer from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(all: readonly T[]): T {
    return all[this.below(all.length)]!;
  }
}

/** A capture from its beginning to its end. */
export interface Capture {
  readonly profile: Profile;
  /** Between one batch and the next the tables of the profile grow. */
  readonly batches: Iterable<SampleBatch>;
  readonly summary: Summary;
}

/** What a capture is made of. */
export interface Shape {
  readonly samples: number;
  readonly threads: number;
  readonly depth: number;
  /** From one tick to the next, µs. */
  readonly gaps: readonly number[];
  readonly metadata?: Partial<Metadata>;
}

const NAMES = [
  "main",
  "Shop.serve",
  "<lambda>",
  "naïve_Ω",
  "a b;c\n</script>\x1b[31m",
  "",
  "\ufeffmarked",
  "\udc80broken\ud800",
  "𝒻",
  "x".repeat(3000),
];

/** Makes a capture; its profile counts what its batches have. */
export function randomCapture(seed: number, shape?: Partial<Shape>): Capture {
  const random = new Random(seed);
  const made: Shape = {
    samples: random.below(120),
    threads: 1 + random.below(4),
    depth: random.chance(0.1) ? 300 : 1 + random.below(20),
    gaps: [0, 1, 100, 1000, 1017, 90_000, 2 ** 33],
    ...shape,
  };
  const profile = new Profile({
    ...METADATA,
    allThreads: made.threads > 1,
    mode: random.pick(["wall", "cpu", "gil", "exception", "all"]),
    pythonVersion: random.pick(["3.13.1", "3.15.0"]),
    ...(random.chance(0.5) ? { features: { native: true, gc: true, opcodes: true } } : {}),
    ...made.metadata,
  });
  if (seed % 3 === 0) profile.processes.push(randomProcess(new Random(~seed), 0));
  const summary: Summary = { durationUs: 0, ending: "duration" };
  return { profile, batches: makeBatches(random, profile, made), summary };
}

function* makeBatches(
  random: Random,
  profile: Profile,
  { samples, threads, depth, gaps }: Shape,
): Generator<SampleBatch> {
  const maker = new Maker(random, profile, depth);
  for (let i = 0; i < threads; i++) maker.addThread();
  let time = 0;
  for (let left = samples; left > 0;) {
    const length = Math.min(left, 1 + random.below(50));
    const batch = emptyBatch(length);
    for (let i = 0; i < length; i++) {
      if (random.chance(0.5)) time += random.pick(gaps);
      if (random.chance(0.02) && profile.threads.length < 12) maker.addThread();
      const thread = random.below(profile.threads.length);
      batch.time[i] = time;
      batch.thread[i] = thread;
      batch.stack[i] = maker.step(thread);
      const visit = random.chance(0.1) ? 1 + random.below(100) : 0;
      batch.flags[i] = random.below(64) << STATUS_SHIFT | visit << VISIT_SHIFT;
    }
    maker.lose(time);
    profile.quality.ticks += length;
    profile.quality.samples += length;
    profile.add(batch);
    yield batch;
    left -= length;
  }
}

/** Columns for a batch of so many samples. */
export function emptyBatch(length: number): SampleBatch {
  return {
    length,
    time: new Float64Array(length),
    thread: new Int32Array(length),
    stack: new Int32Array(length),
    flags: new Int32Array(length),
  };
}

function randomProcess(random: Random, id: number): ProcessInfo {
  return {
    pid: 1 + random.below(2 ** 22),
    parent: id === 0 ? 0 : random.below(2 ** 22),
    command: [random.pick(NAMES).toWellFormed(), "-c"],
    pythonVersion: random.pick(["3.9.18", "3.15.0"]),
    ...(random.chance(0.5) ? { role: random.pick(PROCESS_ROLES) } : {}),
    startedUs: random.below(1e9) / 7,
    quality: { ...emptyQuality(), samples: random.below(1e9), rejected: REJECTIONS.map(() => id) },
  };
}

/** Grows a profile as a program that runs would. */
class Maker {
  readonly #frames: number[][] = [];
  readonly #known = new Map<string, number>();

  constructor(readonly random: Random, readonly profile: Profile, readonly depth: number) {}

  addThread(): void {
    const { random, profile } = this;
    const again = random.chance(0.2) ? profile.threads.at(-1) : undefined;
    profile.threads.push({
      tid: again?.tid ?? random.pick([1, 4242, 2 ** 31, 2 ** 40 + 7]) + profile.threads.length,
      interpreter: again?.interpreter ?? random.pick([0, 0, 1, 0xffffffff]),
      main: profile.threads.length === 0,
      name: random.pick(NAMES),
    });
    this.#frames.push([]);
    if (profile.processes.length > 0) this.#own();
  }

  /** Threads of captures of several processes are theirs, which come, are told more of, and end. */
  #own(): void {
    const { processes, threads } = this.profile;
    // Beside the numbers that all else is made of.
    const random = new Random(threads.length);
    if (random.chance(0.5)) processes.push(randomProcess(random, processes.length));
    const process = random.below(processes.length);
    processes[process] = { ...processes[process]!, endedUs: 12.5, ending: "replaced" };
    threads.push({ ...threads.pop()!, process: random.below(processes.length) });
  }

  /** The next stack of a thread: often as before, mostly another leaf, seldom all anew. */
  step(thread: number): number {
    const { random } = this;
    const frames = this.#frames[thread]!;
    if (!random.chance(0.5)) {
      const all = random.chance(0.05);
      frames.length = all ? 0 : Math.max(0, frames.length - random.below(3));
      const more = all ? random.below(this.depth) : random.below(3);
      for (let i = 0; i < more && frames.length < this.depth; i++) frames.push(this.#frame());
    }
    let stack = NO_STACK;
    for (const frame of frames) {
      const key = `${stack} ${frame}`;
      const prefix = stack;
      stack = this.#known.get(key) ?? this.profile.stacks.push(prefix, frame);
      this.#known.set(key, stack);
    }
    return stack;
  }

  /** Readings that were not kept. */
  lose(time: number): void {
    const { random, profile } = this;
    const { quality, stacks } = profile;
    if (random.chance(0.3)) {
      const reason = random.below(REJECTIONS.length);
      const stack = stacks.length > 0 && random.chance(0.7) ? random.below(stacks.length) : -1;
      quality.rejected[reason]!++;
      profile.lose(time, random.below(profile.threads.length), reason, stack);
      if (stack >= 0) profile.lose(time, 0, random.pick([30, 31]), stack);
    }
    if (!random.chance(0.2)) return;
    quality.missedTicks += 3;
    profile.timeline.miss(time, 3);
  }

  #frame(): number {
    const { random, profile } = this;
    const { frames, strings } = profile;
    if (frames.length > 0 && random.chance(0.7)) return random.below(frames.length);
    const kind = random.chance(0.8) ? 0 : random.below(FRAME_KINDS.length);
    const line = random.chance(0.1) ? 0 : 1 + random.below(100_000);
    const column = random.chance(0.2) ? -1 : random.below(200);
    return frames.push({
      file: strings.push(`/srv/${random.pick(NAMES)}${strings.length}.py`) - 1,
      name: strings.push(random.pick(NAMES)) - 1,
      firstLine: random.below(5),
      line,
      endLine: line === 0 ? 0 : line + random.below(3),
      column,
      endColumn: column < 0 ? -1 : column + random.below(40),
      opcode: random.pick([-1, 0, 100, 254]),
      kind,
    });
  }
}
