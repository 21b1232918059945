import assert from "node:assert/strict";
import { listThreads } from "../../src/cpython/thread_list.ts";
import { ThreadNames } from "../../src/cpython/thread_names.ts";
import { nameOf } from "../../scripts/pythons.ts";
import { interpreters } from "../cpython/interpreters.ts";
import { runtimeOf } from "../cpython/stacks.ts";
import { Stopped } from "../cpython/stopped.ts";
import { open, Target } from "../ffi/targets.ts";

const SCRIPT = new URL("thread_names_target.py", import.meta.url).pathname;

/** What a thread says of itself: id, name, daemon, foreign; nulls where `threading` does not know it. */
type Told = readonly [tid: number, name: string | null, daemon: boolean | null, foreign: boolean];

for (const python of interpreters) {
  Deno.test(`threads have the names that ${nameOf(python)} gives them`, async () => {
    await using target = new Target(python.path, ["-X", "utf8", SCRIPT]);
    const told = JSON.parse(await target.line()) as Told[];
    using process = open(target.pid);
    const runtime = runtimeOf(process);
    const names = new ThreadNames(runtime);
    const states = listThreads(runtime);
    assert.equal(states.length, told.length);
    const found = names.read(states);
    for (const [tid, name, daemon, foreign] of told) {
      const thread = found.get(states.find((state) => state.tid === tid)!.address);
      assert.deepEqual(thread, name === null ? undefined : { name, daemon, foreign });
    }
    await target.tell("another name");
    await target.line();
    const again = [...names.read(states).values()].map(({ name }) => name);
    assert.ok(again.includes("another name"), again.join());
    assert.ok(!again.some((name) => name.startsWith("wörker")));
  });

  Deno.test(`threads of a sub-interpreter do not get names of the main one on ${nameOf(python)}`, async () => {
    await using stopped = await Stopped.start(python, "subinterpreter", 5);
    using process = open(stopped.pid);
    const runtime = runtimeOf(process);
    const states = listThreads(runtime);
    const inside = states.find(({ interpreterId }) => interpreterId !== 0)!;
    const found = new ThreadNames(runtime).read(states);
    const outside = states.find(({ tid, interpreterId }) =>
      tid === inside.tid && interpreterId === 0
    )!;
    assert.match(found.get(outside.address)!.name, /^Thread-\d/);
    assert.doesNotMatch(found.get(inside.address)?.name ?? "", /^Thread-\d/);
  });
}
