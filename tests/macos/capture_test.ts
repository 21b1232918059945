import assert from "node:assert/strict";
import { createLoops } from "../../ffi/helper/loops.ts";
import { createReaderThread } from "../../ffi/helper/reader_thread.ts";
import { nameOf } from "../../scripts/pythons.ts";
import { Ledger } from "../../src/sampler/ledger.ts";
import { SamplingLoop } from "../../src/sampler/loop.ts";
import { drain } from "../../src/sampler/records.ts";
import { createRing, RingReader, RingWriter } from "../../src/sampler/ring.ts";
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

const PROGRAM = `
def low(): return sum(range(40))
def middle(): return low() + low()
def upper(): return middle()
def other(): return sum(range(90))
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

for (const python of selfDescribing) {
  const name = nameOf(python);
  Deno.test(`a running Python ${name} is sampled through macOS's calls, where no reading is exact`, async () => {
    await using target = new Target(python.path, ["-c", PROGRAM]);
    await target.line();
    using linux = open(target.pid);
    const mac = openAsMac(linux, helper, python.minor);
    const ring = createRing();
    const writer = new RingWriter(ring);
    const reader = createReaderThread();
    const sampled = new Sampled(runtimeOf(mac), reader, createLoops(), new Ledger(writer), request);
    new SamplingLoop(sampled, reader, writer, request).run();
    mac.close();
    const profile = emptyProfile();
    for (const batch of drain(new RingReader(ring), profile)) profile.add(batch);

    const counts = new Map<string, number>();
    const column = profile.counts[0]!;
    let impossible = 0;
    for (let stack = 0; stack < profile.stacks.length; stack++) {
      const count = column.at(stack);
      if (count === 0) continue;
      const names = [...profile.stacks.frames(stack)].map((frame) =>
        profile.strings[profile.frames.name.at(frame)]!
      );
      counts.set(names.join(";"), (counts.get(names.join(";")) ?? 0) + count);
      // Leaf first.
      const fits = names.every((name, i) =>
        i === names.length - 1 || CALLER[name] === names[i + 1]
      );
      if (!fits) impossible += count;
    }
    const { ticks, samples, exact, rejected } = sampled.quality;
    const told = JSON.stringify({ ...sampled.quality, counts: [...counts] });
    assert.equal(exact, 0);
    assert.ok(samples >= 20 && samples > ticks / 2, told);
    assert.ok(rejected.reduce((a, b) => a + b) < ticks / 2, told);
    for (const leaf of ["low;middle;upper;<module>", "other;side;<module>"]) {
      assert.ok((counts.get(leaf) ?? 0) > 0, told);
    }
    // Without exact readings, what two readings agree on is believed: seldom wrong, not never.
    assert.ok(impossible <= samples / 20, told);
  });
}
