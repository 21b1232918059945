import assert from "node:assert/strict";
import { readTasks } from "../../src/cpython/asyncio/read_tasks.ts";
import type { Task } from "../../src/cpython/asyncio/task.ts";
import { open, Target } from "../ffi/targets.ts";
import { runtimeOf } from "../cpython/stacks.ts";
import { freeThreaded, interpreters } from "./interpreters.ts";

const script = new URL("targets/tree.py", import.meta.url).pathname;
const source = (await Deno.readTextFile(script)).split("\n");

/** Functions of the target itself with the text of the line each waits at, the innermost first. */
function chainOf({ frames }: Task): string[] {
  return frames.filter(({ code }) => code.file === script)
    .map(({ code, location }) => `${code.name}: ${source[location.line - 1]!.trim()}`);
}

for (const { path, version, freeThreaded: free } of [...interpreters, ...freeThreaded]) {
  Deno.test(`tasks have their names, coroutines and awaiters when Python ${version}${free ? " without GIL" : ""} is asked`, async () => {
    await using target = new Target(path, ["-X", "utf8", script]);
    const unnamed = await target.line();
    using process = open(target.pid);
    const listing = readTasks(runtimeOf(process));
    assert.ok(!("fault" in listing), JSON.stringify(listing));
    const { tasks, torn } = listing;
    assert.equal(torn, 0);
    const named = new Map(tasks.map((task) => [task.name, task]));
    const names = (task: Task): string[] =>
      task.awaiters.map((address) => tasks.find((one) => one.address === address)!.name).sort();
    const told = tasks.map((task) => [task.name, chainOf(task), names(task)] as const);
    const byName = (
      a: readonly [string, ...unknown[]],
      b: readonly [string, ...unknown[]],
    ): number => a[0] < b[0] ? -1 : 1;
    assert.deepEqual(
      told.filter(([name]) => name !== "Task-1").sort(byName),
      ([
        [
          "底 \u{1f600} x;y",
          [
            "ticks: await asyncio.sleep(FOREVER)",
            "evens: async for tick in source:",
            "Wrapped.inner: async for _ in evens(ticks()):",
            "bottom: await Wrapped()",
          ],
          ["links ä", "rechts ö"],
        ],
        ["links ä", ["side: await task"], ["top"]],
        ["rechts ö", ["side: await task"], ["top"]],
        ["top", ["top: await asyncio.gather(left, right)"], []],
        ["group", ["group: async with asyncio.TaskGroup() as tasks:"], []],
        ["n".repeat(255), ["sleeper: await asyncio.sleep(FOREVER)"], []],
        [unnamed, ["sleeper: await asyncio.sleep(FOREVER)"], []],
        ["in a group", ["sleeper: await asyncio.sleep(FOREVER)"], ["group"]],
        ["late", ["sleeper: async def sleeper():"], []],
      ] as [string, string[], string[]][]).sort(byName),
    );
    const main = named.get("Task-1");
    assert.equal(main?.executing, true);
    assert.deepEqual(tasks.filter(({ executing }) => executing), [main]);
    assert.ok(tasks.every(({ tid }) => tid === target.pid));
  });

  Deno.test(`no task is there when Python ${version}${free ? " without GIL" : ""} has none`, async () => {
    await using target = new Target(path, ["-c", "print(1, flush=True); input()"]);
    await target.line();
    using process = open(target.pid);
    const listing = readTasks(runtimeOf(process));
    // Where asyncio is part of the interpreter, its table is there before it is imported.
    if ("fault" in listing) assert.equal(listing.fault, "no-asyncio");
    else assert.deepEqual(listing, { tasks: [], torn: 0 });
  });
}
