import assert from "node:assert/strict";
import { findRuntime } from "../../src/cpython/runtime.ts";
import { listThreads } from "../../src/cpython/thread_list.ts";
import { FETCHED } from "../../src/cpython/fetch_status.ts";
import { ThreadCopy } from "../../src/cpython/thread_copy.ts";
import type { Mode } from "../../src/profile/metadata.ts";
import { STATUS } from "../../src/profile/profile.ts";
import { canTell, StateShop, UNWANTED } from "../../src/sampler/thread_states.ts";
import { open, Target } from "../ffi/targets.ts";
import { freeThreadedPythons, supportedPythons } from "../pythons.ts";

const PROGRAM = new URL("doing_nothing.py", import.meta.url).pathname;

const pythons = [
  ...await supportedPythons("THREAD STATES"),
  ...await freeThreadedPythons("THREAD STATES"),
];

for (const { path, version, freeThreaded } of pythons) {
  const on = freeThreaded ? `${version}, free-threaded` : version;

  Deno.test(`exceptions of threads that wait are told on ${on}, also below generators and coroutines`, async () => {
    await using target = new Target(path, [PROGRAM]);
    const ids: Record<string, number> = JSON.parse(await target.line());
    using process = open(target.pid);
    const runtime = findRuntime(process);
    assert.ok(!("fault" in runtime), JSON.stringify(runtime));
    for (const mode of ["wall", "cpu", "exception"] as const) assert.ok(canTell(runtime, mode));
    assert.equal(canTell(runtime, "gil"), !freeThreaded);
    const threads = listThreads(runtime);
    /** What a thread is told to be doing at the third look: the first ones find out what is to be read. */
    function judge(tid: number, mode: Mode): number {
      const state = threads.find((thread) => thread.tid === tid);
      assert.ok(state);
      const copy = new ThreadCopy(
        runtime as Exclude<typeof runtime, { fault: string }>,
        state,
        true,
        false,
        [],
        true,
      );
      const shop = new StateShop(copy.runtime, mode, true, threads);
      const reader = shop.readerOf(copy);
      let fetched = -1;
      let status = 0;
      for (let i = 0; i < 3; i++) {
        // It said that it waits right before it did.
        do reader.look(i * 1000); while (!reader.isBlocked);
        for (let j = 0; j < 12 && fetched !== FETCHED; j++) fetched = copy.fetch(true);
        assert.equal(fetched, FETCHED);
        status = reader.judge();
      }
      reader.close();
      return status;
    }
    const names = Object.keys(ids);
    assert.equal(names.length, 12);
    for (const name of names) {
      const has = name.startsWith("has");
      const expected = has ? STATUS.hasException : 0;
      assert.equal(judge(ids[name]!, "wall"), expected, name);
      assert.equal(judge(ids[name]!, "exception"), has ? expected : UNWANTED, name);
      assert.equal(judge(ids[name]!, "gil"), UNWANTED, name);
      assert.equal(judge(ids[name]!, "cpu"), UNWANTED, name);
    }
  });
}
