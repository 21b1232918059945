import assert from "node:assert/strict";
import { UNPROVEN, WHOLE } from "../../src/cpython/snapshot_status.ts";
import { nameOf, type Python } from "../../scripts/pythons.ts";
import { open } from "../ffi/targets.ts";
import { flipBits, readTwice, ROUNDS, SEED } from "./hostile.ts";
import { Image } from "./image.ts";
import { interpreters } from "./interpreters.ts";
import { Random } from "./random.ts";
import { Reading, runtimeOf } from "./stacks.ts";
import { Stopped, type Told } from "./stopped.ts";

/** Records what a reading of a stopped scene needs; the process has ended when this returns. */
async function record(
  python: Python,
  scene: string,
): Promise<{ image: Image; told: readonly Told[] }> {
  await using stopped = await Stopped.start(python, scene);
  using process = open(stopped.pid);
  const image = Image.record(process);
  const reading = new Reading(runtimeOf(image));
  reading.all();
  reading.all();
  image.seal();
  return { image, told: stopped.told };
}

for (const python of interpreters) {
  for (const scene of ["three_threads", "generators", "coroutines", "names", "classes", "deep"]) {
    Deno.test(`a recorded image of ${scene} on ${nameOf(python)} gives the stacks of the process`, async () => {
      const { image, told } = await record(python, scene);
      const found = new Reading(runtimeOf(image)).all();
      for (const { tid, frames } of told) {
        const ours = found.find((one) => one.state.tid === tid)!;
        assert.ok(ours.status === WHOLE || ours.status === UNPROVEN, `status ${ours.status}`);
        assert.deepEqual(ours.frames, frames);
      }
    });
  }

  Deno.test(`flipped bits in an image of ${nameOf(python)} end in statuses, soon`, async () => {
    const random = new Random(SEED);
    const images = [];
    for (const scene of ["three_threads", "generators", "classes"]) {
      images.push((await record(python, scene)).image);
    }
    for (let round = 0; round < ROUNDS; round++) {
      const image = images[round % images.length]!;
      const hostile = image.copy();
      flipBits(hostile, [...image.touched.values()], random);
      readTwice(hostile);
    }
  });

  Deno.test(`links of ${nameOf(python)} that lead anywhere end in statuses, soon`, async () => {
    const random = new Random(SEED + 1);
    const { image } = await record(python, "three_threads");
    const ranges = [...image.touched.values()];
    const absurd = [0n, 1n, 8n, 0xffff_ffff_ffff_ffffn, 1n << 47n, 1n << 62n, 0x1000n];
    for (let round = 0; round < ROUNDS; round++) {
      const hostile = image.copy();
      for (let links = 1 + random.below(4); links > 0; links--) {
        const [address, length] = random.pick(ranges);
        const at = Math.floor((address + random.below(length)) / 8) * 8;
        const [target, size] = random.pick(ranges);
        const inside = BigInt(target + random.below(size)) & ~7n;
        const value = random.below(4) === 0 ? random.pick(absurd) : inside;
        if (hostile.at(at) !== undefined) hostile.poke(at, value);
      }
      readTwice(hostile);
    }
  });

  Deno.test(`an image of ${nameOf(python)} with pages missing ends in statuses`, async () => {
    const random = new Random(SEED + 2);
    const { image } = await record(python, "three_threads");
    const ranges = [...image.touched.values()];
    for (let round = 0; round < ROUNDS / 4; round++) {
      const hostile = image.copy();
      for (let holes = 1 + random.below(3); holes > 0; holes--) {
        const [address, length] = random.pick(ranges);
        hostile.unmap(address + random.below(length));
      }
      readTwice(hostile);
    }
  });
}
