import assert from "node:assert/strict";
import { minorOf, type Python } from "../../scripts/pythons.ts";
import { fieldNames, versionText } from "../../src/cpython/debug_offsets.ts";
import { findInDict } from "../../src/cpython/dict.ts";
import { findMisfit } from "../../src/cpython/newer_runtime.ts";
import { findRuntime, type Runtime, type RuntimeFault } from "../../src/cpython/runtime.ts";
import { UNPROVEN, WHOLE } from "../../src/cpython/snapshot_status.ts";
import { NEWEST_MINOR } from "../../src/profile/tried_version.ts";
import { open } from "../ffi/targets.ts";
import { flipBits, readTwice, ROUNDS, SEED } from "./hostile.ts";
import { Image } from "./image.ts";
import { freeThreaded, selfDescribing } from "./interpreters.ts";
import { Random } from "./random.ts";
import { Reading, runtimeOf } from "./stacks.ts";
import { Stopped, type Told } from "./stopped.ts";

/** 3.16.0a1. */
const NEXT = 0x0310_00a1;

interface Recorded {
  readonly image: Image;
  readonly told: readonly Told[];
  /** Of the debug offsets. */
  readonly address: number;
  /** Where the digits of `sys.hexversion` are. */
  readonly digits: number;
}

/** A stopped process of which all is recorded that a trial looks at, too. */
async function record(python: Python): Promise<Recorded> {
  await using stopped = await Stopped.start(python, "nested");
  using process = open(stopped.pid);
  const image = Image.record(process);
  const { reader, offsets, layout, address } = runtimeOf(image);
  assert.equal(findMisfit(reader, offsets, layout, address), undefined);
  new Reading(runtimeOf(image)).all();
  const head = reader.pointer(address + offsets.get("runtime_state.interpreters_head"))!;
  const sysdict = reader.pointer(head + offsets.get("interpreter_state.sysdict"))!;
  const number = findInDict(reader, layout, sysdict, "hexversion")!;
  image.seal();
  return {
    image,
    told: stopped.told,
    address,
    digits: number + offsets.get("long_object.ob_digit"),
  };
}

/** The process as one of another version. */
function become({ image, address, digits }: Recorded, version: number): Image {
  const other = image.copy();
  other.poke(address + 8, version);
  other.write(digits, new Uint8Array(Uint32Array.of(version & 0x3fff_ffff).buffer));
  return other;
}

/** Looks for an interpreter with a bound on what that may cost. */
function search(image: Image): Runtime | RuntimeFault {
  image.readsLeft = 100_000;
  image.bytesLeft = 64 << 20;
  return findRuntime(image);
}

/** What its threads do, or undefined if any cannot be read. */
function stacksOf(runtime: Runtime, told: readonly Told[]): unknown {
  const found = new Reading(runtime).all();
  return told.map(({ tid }) => {
    const ours = found.find((one) => one.state.tid === tid);
    return ours?.status === WHOLE || ours?.status === UNPROVEN ? ours.frames : undefined;
  });
}

/** Versions with the order of the newest one. */
const newest = [...selfDescribing, ...freeThreaded].filter(({ minor }) =>
  minor === `3.${NEWEST_MINOR}`
);

for (const python of newest) {
  const minor = minorOf(python);
  const recorded = await record(python);

  Deno.test(`a version nobody has tried is read when its table is that of ${minor}`, () => {
    const found = search(become(recorded, NEXT));
    assert(!("fault" in found), JSON.stringify(found));
    assert.equal(versionText(found.offsets.version), "3.16.0a1");
    assert.equal(found.offsets.isTried, false);
    assert.deepEqual(stacksOf(found, recorded.told), recorded.told.map(({ frames }) => frames));
  });

  Deno.test(`a version nobody has tried is refused when its table of ${minor} has one field more or less`, () => {
    const count = fieldNames(NEWEST_MINOR).length;
    const truth = JSON.stringify(recorded.told.map(({ frames }) => frames));
    let refused = 0;
    for (const step of [8, -8]) {
      for (let field = 1; field < count; field++) {
        const image = become(recorded, NEXT);
        const from = recorded.address + 8 + field * 8;
        const table = image.at(from)!.slice(0, (count - field) * 8);
        if (step > 0) image.write(from + 8, table.subarray(0, -8));
        else image.write(from, table.subarray(8));
        const found = search(image);
        if ("fault" in found) {
          assert.equal(found.fault, "newer-version", JSON.stringify(found));
          assert.match(found.detail, /^3\.16\.0a1 \(.+\)$/);
          refused++;
          // Fields that nobody needs for stacks may come and go.
        } else {assert.equal(
            JSON.stringify(stacksOf(found, recorded.told)),
            truth,
            `field ${field}`,
          );}
      }
    }
    assert.ok(refused > count, `${refused} of ${2 * count} refused`);
  });

  Deno.test(`a version nobody has tried is waited for while ${minor} has not started`, () => {
    const image = become(recorded, NEXT);
    const { offsets } = runtimeOf(recorded.image);
    image.poke(recorded.address + offsets.get("runtime_state.interpreters_head"), 0);
    const found = search(image);
    assert("fault" in found && found.fault === "not-python", JSON.stringify(found));
  });

  Deno.test(`a version nobody has tried is refused when ${minor} says another one in sys`, () => {
    const image = recorded.image.copy();
    image.poke(recorded.address + 8, NEXT);
    const found = search(image);
    assert("fault" in found && found.fault === "newer-version", JSON.stringify(found));
    assert.match(found.detail, /sys\.hexversion/);
  });

  Deno.test(`flipped bits and links in a version nobody has tried, like ${minor}, end soon`, () => {
    const random = new Random(SEED + 3);
    const next = become(recorded, NEXT);
    const ranges = [...recorded.image.touched.values()];
    for (let round = 0; round < ROUNDS; round++) {
      const hostile = next.copy();
      flipBits(hostile, ranges, random);
      if (random.below(2) === 0) {
        const [address, length] = random.pick(ranges);
        const at = Math.floor((address + random.below(length)) / 8) * 8;
        const [target, size] = random.pick(ranges);
        if (hostile.at(at) !== undefined) hostile.poke(at, target + random.below(size));
      }
      readTwice(hostile);
    }
  });
}
