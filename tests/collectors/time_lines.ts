/** Made-up profiles in which samples have times and threads have states, and how they go through a format. */

import type { Bytes, Collector, CollectorTools, Spool } from "../../collectors/collector.ts";
import { type Profile, type SampleBatch, STATUS, STATUS_SHIFT } from "../../src/profile/profile.ts";
import type { Metadata, Summary } from "../../src/profile/metadata.ts";
import { type FrameSpec, ProfileBuilder, readPieces } from "./profiles.ts";

/** One sample as a test writes it. */
interface TimedSample {
  readonly time: number;
  readonly thread: number;
  readonly stack: number;
  readonly flags: number;
}

/** Builds a profile with its samples in time. */
export class TimeLine {
  readonly builder: ProfileBuilder;
  readonly samples: TimedSample[] = [];

  constructor(metadata: Partial<Metadata> = {}) {
    this.builder = new ProfileBuilder({ allThreads: true, ...metadata });
  }

  get profile(): Profile {
    return this.builder.profile;
  }

  thread(tid: number, name = ""): number {
    return this.builder.thread(tid, name);
  }

  /** Adds a sample of a stack, root first; status as in recordings, by default of unknown state. */
  at(
    time: number,
    thread: number,
    frames: readonly FrameSpec[],
    status: number = STATUS.cpuUnknown,
  ): this {
    const stack = this.builder.stack(frames);
    this.samples.push({ time, thread, stack, flags: status << STATUS_SHIFT });
    return this;
  }

  /** The samples in batches of at most so many. */
  *batches(size = 3): Generator<SampleBatch> {
    for (let from = 0; from < this.samples.length; from += size) {
      const some = this.samples.slice(from, from + size);
      yield {
        length: some.length,
        time: Float64Array.from(some, ({ time }) => time),
        thread: Int32Array.from(some, ({ thread }) => thread),
        stack: Int32Array.from(some, ({ stack }) => stack),
        flags: Int32Array.from(some, ({ flags }) => flags),
      };
    }
  }

  get summary(): Summary {
    return { durationUs: this.samples.at(-1)?.time ?? 0, ending: "target-ended" };
  }
}

/** Spools that keep all in memory, in pieces that do not fit what was appended. */
export const MEMORY: CollectorTools = {
  createSpool(): Spool {
    const bytes: number[] = [];
    return {
      append: (more) => more.forEach((byte) => bytes.push(byte)),
      get length(): number {
        return bytes.length;
      },
      *read(): Bytes {
        for (let at = 0; at < bytes.length; at += 7) yield Uint8Array.from(bytes.slice(at, at + 7));
      },
    };
  },
};

/** Drives a format as a capture does, and returns its output as text. */
export function renderTimeLine(line: TimeLine, collector: Collector): string {
  const { profile } = line;
  let text = readPieces(collector.begin(profile.metadata));
  for (const batch of line.batches()) {
    profile.add(batch);
    profile.quality.samples += batch.length;
    text += readPieces(collector.add(profile, batch));
  }
  profile.quality.ticks = new Set(line.samples.map(({ time }) => time)).size;
  return text + readPieces(collector.finish(profile, line.summary));
}

/** A shop with a main thread and a worker, 1 kHz, with states that change, a collection, and a hole. */
export function shopTimeLine(metadata: Partial<Metadata> = {}): TimeLine {
  const line = new TimeLine(metadata);
  const main = line.thread(4242, "MainThread");
  const worker = line.thread(4300);
  const module = { file: "/srv/shop/shop.py", name: "<module>", first: 1, line: 90 };
  const serve = { file: "/srv/shop/shop.py", name: "Shop.serve", first: 40, line: 44 };
  const price = { file: "/srv/shop/pricing.py", name: "price_order", first: 10 };
  const run = {
    file: "/usr/lib/python3.14/threading.py",
    name: "Thread.run",
    first: 990,
    line: 995,
  };
  const gc = { name: "<GC>", kind: "gc" } as const;
  const { hasGil, onCpu, waitsForGil, hasException, main: mainBit } = STATUS;
  const runs = hasGil | onCpu;
  line
    .at(0, main, [module, serve], runs | mainBit)
    .at(0, worker, [run], waitsForGil)
    .at(1000, main, [module, serve, { ...price, line: 12, column: 4 }], runs | mainBit)
    .at(1000, worker, [run], waitsForGil)
    .at(2000, main, [module, serve, { ...price, line: 13, column: 8 }], runs | mainBit)
    .at(2000, worker, [run], waitsForGil)
    .at(3000, main, [module, serve, { ...price, line: 13, column: 8 }, gc], runs | mainBit)
    .at(3000, worker, [run], waitsForGil)
    .at(4000, main, [module], onCpu | mainBit)
    .at(4000, worker, [run, price], runs | hasException)
    .at(5001, main, [module], mainBit)
    .at(5001, worker, [run, price], runs | hasException)
    // Nobody could read the target for 15 ms.
    .at(20_000, main, [module, serve], runs | mainBit)
    .at(20_000, worker, [run], 0)
    .at(21_000, main, [module, serve], runs | mainBit);
  return line;
}

/** Names that break formats whose writers do not look at them. */
export const HOSTILE_NAMES: readonly string[] = [
  "a;b",
  "two words",
  "two\nlines\r\n",
  `"quoted\\"`,
  "</script><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "\x1b]0;owned\x07\x1b[2J",
  "\x00\x7f\x85\u2028\u202e",
  "lone\ud800x",
  "\udcff",
  "価格\u{1f40d}",
  "__proto__",
  "x".repeat(3000),
];

/**
 * One sample of each hostile name as a function and its file.
 * @param title name of the thread, and part of the command.
 */
export function hostileTimeLine(title: string): TimeLine {
  const line = new TimeLine({ command: ["python3", title] });
  const thread = line.thread(1, title);
  for (const [index, name] of HOSTILE_NAMES.entries()) {
    line.at(index * 1000, thread, [{ file: `/srv/${name}`, name, first: 1, line: 2 }]);
  }
  return line;
}
