import assert from "node:assert/strict";
import { nameOf } from "../../scripts/pythons.ts";
import { givingChances } from "../accuracy/chances.ts";
import {
  type Captured,
  countSamples,
  type Seen,
  seenStacks,
  shareOf,
} from "../accuracy/captured.ts";
import { capture, type How, Running } from "../accuracy/running.ts";
import { missedShare, sharesDuring } from "../accuracy/told.ts";
import { freeThreaded, interpreters } from "./interpreters.ts";

const targets = new URL("targets/", import.meta.url).pathname;

/** A task that could not be asked for its name. */
const UNKNOWN = "(unknown)";

function isTask({ file }: { readonly file: string }): boolean {
  return file === "<task>";
}

/** Names of the stack from the outermost task on, tasks in brackets; functions of libraries left out. */
function outline({ stack }: Seen): string {
  return stack
    .filter((place) => isTask(place) || place.file.startsWith(targets))
    .map((place) => isTask(place) ? `[${place.name}]` : place.name)
    .join(" ");
}

function names({ stack }: Seen): string[] {
  return stack.map(({ name }) => name);
}

/**
 * Compares a share with the truth: five standard deviations, one percent, and what was missed, as then the
 * machine was busy with others.
 */
function compare(what: string, found: number, truth: number, captured: Captured): void {
  const n = Math.min(captured.independent, captured.quality.ticks);
  const most = 5 * Math.sqrt(truth * (1 - truth) / n) + 0.01 + missedShare(captured);
  const said = `${what}: ${found} of the samples, in truth ${truth}, at most ${most} apart`;
  assert.ok(Math.abs(found - truth) <= most, said);
}

async function captureBusy(python: string, how: How): Promise<[Captured, Seen[], number]> {
  await using target = await Running.start(python, `${targets}busy.py`, []);
  const captured = await capture(target.pid, how);
  const truth = sharesDuring(captured, JSON.parse(await target.finish())).get("burn")!;
  return [captured, seenStacks(captured), truth];
}

for (const python of [...interpreters, ...freeThreaded]) {
  const { path, version } = python;
  const name = nameOf(python);
  Deno.test(
    `running tasks and the idle loop have their true shares on Python ${name}`,
    givingChances(async () => {
      const how = { intervalUs: 1000, seconds: 1.5, asyncMode: "running" } as const;
      const [captured, seen, truth] = await captureBusy(path, how);
      const burning = seen.filter((one) => names(one).includes("burn"));
      compare("burn", countSamples(burning) / countSamples(seen), truth, captured);
      const chain = "[Task-1] main [busy] busy doubled numbers burn";
      const known = burning.filter((one) => !outline(one).startsWith(`[${UNKNOWN}]`));
      for (const one of known) assert.equal(outline(one), chain);
      assert.ok(countSamples(known) > 0.95 * countSamples(burning));
      const idle = shareOf(seen, (stack) => stack.at(-1)!.name === "<idle>");
      const others = shareOf(
        seen,
        (stack) => !stack.some(({ name }) => /^(burn|<idle>)$/.test(name)),
      );
      assert.ok(others < 0.5 * (1 - truth), `${others} is neither idle nor at work`);
      compare("idle", idle + others, 1 - truth, captured);
      assert.equal(seen.some((one) => names(one).includes("sleeper 7")), false);
    }),
  );

  Deno.test(
    `all tasks are seen, and what the running one calls, on Python ${name}`,
    givingChances(async () => {
      const how = { intervalUs: 10_000, seconds: 1, asyncMode: "all" } as const;
      const [captured, seen, truth] = await captureBusy(path, how);
      const own = seen.filter(({ thread }) => thread === 0);
      const burn = shareOf(own, (stack) => stack.some(({ name }) => name === "burn"));
      compare("burn", burn, truth, captured);
      const { ticks } = captured.quality;
      for (let i = 0; i < 200; i++) {
        const one = seen.filter((one) => names(one).includes(`sleeper ${i}`));
        assert.deepEqual(one.map(outline), [`[Task-1] main [sleeper ${i}] sleeper`]);
        assert.equal(countSamples(one), ticks);
      }
      // The busy one is shown once a tick: where it runs or where it waits. A stack that has to be read again,
      // or that another takes the place of, may be one where it does not run any more.
      const busy = countSamples(
        seen.filter((one) => names(one).some((name) => name === "busy" || name === UNKNOWN)),
      );
      const { rejected, retried, repaired } = captured.quality;
      const slack = rejected.reduce((sum, count) => sum + count, 0) + retried + repaired + 1;
      assert.ok(Math.abs(ticks - busy) <= slack, `${busy} of ${ticks}, at most ${slack} apart`);
    }),
  );

  Deno.test(
    `a task that several wait for is counted once, with all their names, on Python ${name}`,
    givingChances(async () => {
      const target = `${targets}tree.py`;
      await using running = await Running.start(path, target, ["sleep"]);
      const captured = await capture(running.pid, {
        intervalUs: 10_000,
        seconds: 0.5,
        asyncMode: "all",
      });
      const outlines = seenStacks(captured).map((one) => [outline(one), one.count] as const);
      const { ticks } = captured.quality;
      const leaf = "底 \u{1f600} x;y (awaited by links ä, rechts ö)";
      const expected = [
        `[top] top [links ä] side [${leaf}] bottom Wrapped.inner evens ticks`,
        `[group] group [in a group] sleeper`,
        `[${"n".repeat(255)}] sleeper`,
      ];
      for (const one of expected) {
        assert.deepEqual(outlines.filter(([outline]) => outline === one), [[one, ticks]]);
      }
      assert.equal(outlines.some(([outline]) => outline.endsWith("side")), false);
    }),
  );

  Deno.test(
    `loops of several threads are told apart, and threads without one are as ever, on Python ${name}`,
    givingChances(async () => {
      await using target = await Running.start(path, `${targets}loops.py`, []);
      const how = {
        intervalUs: 2000,
        seconds: 0.7,
        asyncMode: "running",
        allThreads: true,
      } as const;
      const captured = await capture(target.pid, how);
      const seen = seenStacks(captured);
      const threads = new Map<string, Set<number>>();
      for (const one of seen) {
        if (!names(one).includes("burn")) continue;
        const key = outline(one).replace(/Task-\d+/, "Task-N");
        threads.set(key, (threads.get(key) ?? new Set()).add(one.thread));
      }
      assert.deepEqual([...threads.keys()].sort(), [
        "[Task-N] main [one] work burn",
        "[Task-N] main [two] work burn",
        "plain burn",
      ]);
      assert.deepEqual([...threads.values()].map(({ size }) => size), [1, 1, 1]);
      assert.equal(new Set([...threads.values()].flatMap((set) => [...set])).size, 3);
      const idle = seen.filter((one) => names(one).at(-1) === "<idle>");
      assert.equal(new Set(idle.map(({ thread }) => thread)).size, 2);
    }),
  );

  Deno.test(
    `who waits has no CPU, and C code below a task is the loop's, on Python ${name}`,
    givingChances(async () => {
      await using target = await Running.start(path, `${targets}busy.py`, []);
      const how = { intervalUs: 2000, seconds: 0.7, mode: "cpu", features: ["native"] } as const;
      const seen = seenStacks(await capture(target.pid, { ...how, asyncMode: "all" }));
      const burning = shareOf(seen, (stack) => stack.some(({ name }) => name === "burn"));
      assert.ok(burning > 0.5, `${burning} of the CPU time`);
      assert.equal(seen.some((one) => /\bsleeper\b/.test(outline(one))), false);
      const [first] = seen.filter((one) => names(one).includes("burn"));
      assert.equal(names(first!)[names(first!).indexOf("busy") + 1], "busy");
    }),
  );

  // They came with 3.12.
  if (version.startsWith("3.11.")) continue;
  Deno.test(
    `a task that was started eagerly shows within the one that started it on Python ${name}`,
    givingChances(async () => {
      await using target = await Running.start(path, `${targets}eager.py`, []);
      const how = { intervalUs: 2000, seconds: 0.6, asyncMode: "all" } as const;
      const seen = seenStacks(await capture(target.pid, how));
      const burning = seen.filter((one) => names(one).includes("burn"));
      assert.ok(burning.length > 0);
      // One that ends before it can be asked for its name is part of the other. Before 3.14 names come later.
      for (const one of burning) {
        assert.match(
          outline(one),
          /^\[Task-1\] main \[parent\] parent (\[(child|Task-\d+)\] )?child burn$/,
        );
      }
      assert.ok(
        shareOf(burning, (stack) => stack.filter(isTask).length === 3) > 0.5,
      );
    }),
  );
}
