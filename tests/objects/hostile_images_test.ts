import assert from "node:assert/strict";
import { createLoops } from "../../ffi/helper/loops.ts";
import type { ReaderThread } from "../../ffi/process.ts";
import { findRuntime } from "../../src/cpython/runtime.ts";
import { listThreads } from "../../src/cpython/thread_list.ts";
import { ThreadNames } from "../../src/cpython/thread_names.ts";
import { writeValue } from "../../src/cli/dump/value_text.ts";
import { DumpReader } from "../../src/sampler/dump_reader.ts";
import type { Python } from "../../scripts/pythons.ts";
import { Image } from "../cpython/image.ts";
import { interpreters } from "../cpython/interpreters.ts";
import { Random } from "../cpython/random.ts";
import { runtimeOf } from "../cpython/stacks.ts";
import { open, Target } from "../ffi/targets.ts";

/** Hostile images of each kind and version; more on request. */
const ROUNDS = Number(Deno.env.get("TACHYON_FUZZ_IMAGES") ?? 60);
const SEED = Number(Deno.env.get("TACHYON_FUZZ_SEED") ?? 29);

/** What a hostile target may cost: far above what an honest one does. */
const MOST_READS = 300_000;
const MOST_BYTES = 256 << 20;

const ALL = { native: true, gc: true, opcodes: true };

/** A clock on which reading takes long: retries end soon. */
function createClock(): ReaderThread {
  let now = 0;
  return {
    now: () => now += 200,
    sleepUntil: (deadline) => now = Math.max(now, deadline),
    prefer: () => true,
  };
}

/** All that a dump reads of an image: names of threads, stacks, and variables. */
function readAll(image: Image): { names: string[]; values: string[] } {
  image.readsLeft = MOST_READS;
  image.bytesLeft = MOST_BYTES;
  const runtime = findRuntime(image);
  if ("fault" in runtime) return { names: [], values: [] };
  const names = new ThreadNames(runtime).read(listThreads(runtime).slice(0, 100));
  const request = { pid: image.pid, allThreads: false, blocking: false, features: ALL };
  const options = { ...request, locals: { secrets: true } };
  const dump = new DumpReader(runtime, createLoops(), createClock(), options).read();
  const threads = "fault" in dump ? [] : dump.threads;
  const locals = threads.flatMap(({ frames }) => frames.flatMap((frame) => frame.locals ?? []));
  return {
    names: [...names.values()].map(({ name }) => name),
    values: locals.map(({ value }) => writeValue(value)),
  };
}

/** Records what a dump of a program with values of every kind reads; the program has ended then. */
async function record(python: Python): Promise<Image> {
  const script = new URL("values_target.py", import.meta.url).pathname;
  await using target = new Target(python.path, ["-X", "utf8", script]);
  await target.line();
  await comeToRest(target.pid);
  using process = open(target.pid);
  const image = Image.record(process);
  runtimeOf(image);
  readAll(image);
  image.seal();
  return image;
}

/** Waits until a process sleeps, as it does once it has nothing more to say. */
async function comeToRest(pid: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (/^\d+ \(.*\) S /.test(Deno.readTextFileSync(`/proc/${pid}/stat`))) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`process ${pid} does not come to rest`);
}

for (const python of interpreters) {
  Deno.test(`variables and names in images of ${python.version} that lie end in texts, soon`, async () => {
    const random = new Random(SEED);
    const image = await record(python);
    const whole = readAll(image.copy());
    assert.deepEqual(whole.names, ["MainThread"]);
    assert.ok(whole.values.includes("'changed again'"), "the recorded image is not the program");
    const ranges = [...image.touched.values()];
    const absurd = [0n, 1n, 8n, 0xffff_ffff_ffff_ffffn, 1n << 47n, 1n << 62n, 0x1000n];
    let different = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const hostile = image.copy();
      for (let changes = 1 + random.below(12); changes > 0; changes--) {
        const [address, length] = random.pick(ranges);
        const at = address + random.below(length);
        const byte = hostile.at(at);
        if (byte === undefined) continue;
        const kind = random.below(3);
        if (kind === 0) hostile.write(at, Uint8Array.of(byte[0]! ^ 1 << random.below(8)));
        else if (kind === 1) {
          const [target, size] = random.pick(ranges);
          const inside = BigInt(target + random.below(size)) & ~7n;
          const link = Math.floor(at / 8) * 8;
          hostile.poke(link, random.below(3) === 0 ? random.pick(absurd) : inside);
        } else if (random.below(20) === 0) hostile.unmap(at);
      }
      const { values } = readAll(hostile);
      if (values.join() !== whole.values.join()) different++;
    }
    assert.ok(different > 0, "no image was read differently: this test tests nothing");
  });
}
