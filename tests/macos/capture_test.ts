import assert from "node:assert/strict";
import { createLoops } from "../../ffi/helper/loops.ts";
import { createReaderThread } from "../../ffi/helper/reader_thread.ts";
import { openStopper } from "../../ffi/macos/stopper.ts";
import { nameOf, type Python } from "../../scripts/pythons.ts";
import type { Quality } from "../../src/profile/quality.ts";
import { Ledger } from "../../src/sampler/ledger.ts";
import { SamplingLoop } from "../../src/sampler/loop.ts";
import { drain } from "../../src/sampler/records.ts";
import { createRing, RingReader, RingWriter } from "../../src/sampler/ring.ts";
import { Stops } from "../../src/sampler/stops.ts";
import { Target as Sampled } from "../../src/sampler/target.ts";
import { selfDescribing } from "../cpython/interpreters.ts";
import { runtimeOf } from "../cpython/stacks.ts";
import { open, Target } from "../ffi/targets.ts";
import { emptyProfile } from "../sampler/rings.ts";
import { openAsMac } from "./live_mac.ts";
import { buildShim, loadShim } from "./shim/build.ts";

const folder = Deno.makeTempDirSync();
const helper = loadShim(await buildShim(folder));
Deno.removeSync(folder, { recursive: true });

// Without exact readings, functions are lost that are shorter than the time from one reading to the next.
const PROGRAM = `
def low(): return sum(range(900))
def middle(): return low() + low()
def upper(): return middle()
def other(): return sum(range(2000))
def side(): return other()
print(flush=True)
while True:
    upper()
    side()
`;
/** Functions by what calls them; a stack may end at any. */
const CALLER: Readonly<Record<string, string>> = {
  upper: "<module>",
  middle: "upper",
  low: "middle",
  side: "<module>",
  other: "side",
};
const request = {
  pid: 1,
  intervalUs: 1000,
  durationUs: 1_500_000,
  allThreads: true,
  consistency: "verified",
  waitForPythonMs: 0,
  command: [],
  toolVersion: "0",
} as const;

/** A capture of a running process, and how often each stack came: leaf first. */
interface Captured {
  readonly quality: Quality;
  readonly counts: ReadonlyMap<string, number>;
  /** Samples with a stack that the program cannot have. */
  readonly impossible: number;
  /** All of it, for messages. */
  readonly told: string;
}

/** Samples the program for a moment. @param blocking with the target stopped for each reading. */
async function capture(python: Python, blocking: boolean): Promise<Captured> {
  await using target = new Target(python.path, ["-c", PROGRAM]);
  await target.line();
  using linux = open(target.pid);
  const mac = openAsMac(linux, helper, python.minor);
  const ring = createRing();
  const writer = new RingWriter(ring);
  const reader = createReaderThread();
  const stopper = blocking ? openStopper(target.pid, helper) : undefined;
  assert(stopper === undefined || !("fault" in stopper), JSON.stringify(stopper));
  const stops = stopper === undefined ? undefined : new Stops(stopper, reader, 0.2);
  const order = { ...request, consistency: blocking ? "blocking" : "verified" } as const;
  const ledger = new Ledger(writer);
  const sampled = new Sampled(runtimeOf(mac), reader, createLoops(), ledger, order, { stops });
  new SamplingLoop(sampled, reader, writer, order).run();
  stopper?.close();
  mac.close();
  const profile = emptyProfile();
  for (const batch of drain(new RingReader(ring), profile)) profile.add(batch);

  const counts = new Map<string, number>();
  let impossible = 0;
  for (let stack = 0; stack < profile.stacks.length; stack++) {
    const count = profile.counts[0]?.at(stack) ?? 0;
    if (count === 0) continue;
    const names = profile.stacks.frames(stack).map((frame) =>
      profile.strings[profile.frames.name.at(frame)]!
    );
    counts.set(names.join(";"), (counts.get(names.join(";")) ?? 0) + count);
    const fits = names.every((name, i) => i === names.length - 1 || CALLER[name] === names[i + 1]);
    if (!fits) impossible += count;
  }
  const { quality } = sampled;
  const told = JSON.stringify({ ...quality, counts: [...counts] });
  return { quality, counts, impossible, told };
}

for (const python of selfDescribing) {
  const name = nameOf(python);
  Deno.test(`a running Python ${name} is sampled through macOS's calls, where no reading is exact`, async () => {
    const { quality, counts, impossible, told } = await capture(python, false);
    const { ticks, samples, exact, rejected } = quality;
    assert.equal(exact, 0);
    assert.ok(samples >= 20 && samples > ticks / 2, told);
    assert.ok(rejected.reduce((a, b) => a + b) < ticks / 2, told);
    for (const leaf of ["low;middle;upper;<module>", "other;side;<module>"]) {
      // Each has nearly half of the time.
      assert.ok((counts.get(leaf) ?? 0) > samples / 4, told);
    }
    // Without exact readings, what two readings agree on is believed: seldom wrong, not never.
    assert.ok(impossible <= samples / 20, told);
  });

  Deno.test(`a running Python ${name} is stopped for each sample as on macOS`, async () => {
    let { quality, impossible, told } = await capture(python, true);
    // The machine may have had no time for us.
    for (let tries = 1; tries < 4 && quality.samples === 0; tries++) {
      ({ quality, impossible, told } = await capture(python, true));
    }
    assert.ok(quality.samples > 0, told);
    assert.equal(impossible, 0, told);
  });
}
