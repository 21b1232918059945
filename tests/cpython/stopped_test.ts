import assert from "node:assert/strict";
import type { Process } from "../../ffi/process.ts";
import { UNPROVEN, WHOLE } from "../../src/cpython/snapshot_status.ts";
import { nameOf, type Python } from "../../scripts/pythons.ts";
import { compareVersions } from "../../scripts/pythons/version.ts";
import { open } from "../ffi/targets.ts";
import { freeThreaded, interpreters, selfDescribing } from "./interpreters.ts";
import { type Found, type Place, Reading, runtimeOf } from "./stacks.ts";
import { Stopped } from "./stopped.ts";

/** Scenes, and a function that must be in the stack: so that no scene can degrade unnoticed. */
const SCENES: readonly (readonly [scene: string, name: string])[] = [
  ["nested", "nested.<locals>.Holder.static"],
  ["generators", "generators.<locals>.middle"],
  ["many_generators", "many_generators.<locals>.tree"],
  ["coroutines", "coroutines.<locals>.Manager.__aenter__"],
  ["callbacks", "callbacks.<locals>.key"],
  ["classes", "classes.<locals>.Derived.__init__"],
  ["names", "Größe.测量.<locals>.fun"],
  ["evaluated", "made"],
  ["many_lines", "long"],
  ["three_threads", "three_threads.<locals>.worker"],
  ["deep", "deep.<locals>.odd"],
  ["very_deep", "deep.<locals>.odd"],
];

function same(found: Found, frames: readonly Place[]): void {
  assert.ok(found.status === WHOLE || found.status === UNPROVEN, `status ${found.status}`);
  // A comparison of deep stacks as a whole would take long to say where they differ.
  for (let depth = 0; depth < frames.length; depth++) {
    assert.deepEqual(found.frames[depth], frames[depth], `depth ${depth} of ${frames.length}`);
  }
  assert.equal(found.frames.length, frames.length);
}

/** Names of functions do not say what they are in, and frames are objects. */
function isOld({ version }: Python): boolean {
  return compareVersions(version, "3.11.0") < 0;
}

/** Compares all threads with what the target told. */
function check(process: Process, stopped: Stopped): { reading: Reading; found: Found[] } {
  const reading = new Reading(runtimeOf(process));
  const found = reading.all();
  for (const { tid, frames } of stopped.told) {
    const ours = found.filter((one) => one.state.tid === tid);
    assert.equal(ours.length, 1, `thread ${tid}`);
    same(ours[0]!, frames);
  }
  const main = found.filter((one) => one.state.main);
  assert.deepEqual(main.map((one) => one.state.tid), [stopped.pid]);
  return { reading, found };
}

for (const python of interpreters) {
  for (const [scene, qualified] of SCENES) {
    // Before 3.11 each Python call takes C stack, which ends sooner.
    if (scene === "very_deep" && isOld(python)) continue;
    const name = isOld(python) ? qualified.slice(qualified.lastIndexOf(".") + 1) : qualified;
    Deno.test(`the stacks of ${scene} on ${nameOf(python)} are those it tells of itself`, async () => {
      await using stopped = await Stopped.start(python, scene);
      const said = stopped.told.flatMap(({ frames }) => frames.map(([, name]) => name));
      assert.ok(said.includes(name), `${name} is not in what the target told`);
      using process = open(stopped.pid);
      const { reading, found } = check(process, stopped);
      // Nothing moves: with its calls learned, each stack is proven, and the same as before.
      for (const { state, status, frames } of found) {
        if (status !== WHOLE && status !== UNPROVEN) continue;
        const snapshot = reading.snapshot(state);
        reading.settle(state);
        const again = reading.take(state, true);
        assert.equal(again.status, WHOLE);
        assert.equal(snapshot.repairs, 0);
        same(again, frames);
        // So many generators are not fetched ahead: their stack is read anew each time.
        if (scene === "many_generators") continue;
        assert.equal(snapshot.changedFrom, snapshot.path.depth, "nothing is read anew");
        assert.equal(snapshot.confirm(), true);
      }
    });
  }

  Deno.test(`a sub-interpreter's thread has its own stack on ${nameOf(python)}`, async () => {
    await using stopped = await Stopped.start(python, "subinterpreter", 4);
    using process = open(stopped.pid);
    const { found } = check(process, stopped);
    const inside = found.filter((one) => one.state.interpreterId !== 0);
    assert.equal(inside.length, 1);
    assert.equal(inside[0]!.state.main, false);
    const lines = inside[0]!.frames.map(([file, name, line]) => [file, name, line]);
    assert.deepEqual(lines, stopped.extra);
    // The same thread of the operating system has another stack in the main interpreter, below that one.
    const outside = found.filter((one) =>
      one.state.tid === inside[0]!.state.tid && one.state.interpreterId === 0
    );
    assert.equal(outside.length, 1);
    const run = isOld(python) ? "run" : "subinterpreter.<locals>.run";
    assert.ok(outside[0]!.frames.some(([, name]) => name === run));
  });
}

// Older ones have no such frame, nor has 3.13 without a GIL, which does not specialise calls.
for (const python of [...selfDescribing, ...freeThreaded.filter(({ minor }) => minor !== "3.13")]) {
  Deno.test(`the frame that checks what __init__ returns is hidden on ${nameOf(python)}`, async () => {
    await using stopped = await Stopped.start(python, "classes");
    using process = open(stopped.pid);
    const main = check(process, stopped).found.find((one) => one.state.main)!;
    assert.ok(main.hidden > 0, "no call of a class was specialised: this test tests nothing");
  });
}
