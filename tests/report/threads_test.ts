import assert from "node:assert/strict";
import { groupThreads } from "../../assets/report/thread_groups.ts";
import { STATUS, STATUS_SHIFT } from "../../src/profile/profile.ts";
import { ProfileBuilder } from "../collectors/profiles.ts";
import { clickBox, drawn, type ReportInput, textOf } from "./browser.ts";
import { testReport } from "./cases.ts";
import { batchOf, roundTrip } from "./payloads.ts";

const frame = (name: string) => ({ file: "/srv/shop/x.py", name, first: 1, line: 2 });
const task = (name: string) => ({ file: "<task>", name, kind: "task" as const });

/**
 * `main` holds the GIL for the first half of a second and waits for it in the second; `worker` needs none
 * and is on a CPU throughout; a sub-interpreter has a thread of its own.
 */
function states(): ReportInput {
  const builder = new ProfileBuilder({ allThreads: true });
  const main = builder.thread(70, "main");
  const worker = builder.thread(71, "worker");
  const guest = builder.profile.threads.push({ tid: 72, name: "", interpreter: 3, main: false }) -
    1;
  builder.sample(main, [frame("f")], 100).sample(worker, [frame("w")], 100)
    .sample(guest, [frame("g")], 100);
  const samples = Array.from({ length: 100 }, (_, i) => {
    const held = i < 50 ? STATUS.hasGil | STATUS.onCpu : STATUS.waitsForGil;
    return [[main, 0, held], [worker, 1, STATUS.onCpu], [guest, 2, STATUS.hasException]]
      .map(([thread, stack, status]) => ({
        time: i * 10_000,
        thread: thread!,
        stack: stack!,
        flags: status! << STATUS_SHIFT,
      }));
  }).flat();
  builder.profile.quality.ticks = 100;
  return { profile: builder.profile, batches: [batchOf(samples)] };
}

/** Two tasks that run in one thread, and what runs in none. */
function tasks(): ReportInput {
  const builder = new ProfileBuilder();
  const main = builder.thread(70);
  builder.sample(main, [frame("run"), task("fetch <1>"), frame("load")], 60)
    .sample(main, [frame("run"), task("serve"), frame("load")], 30)
    .sample(main, [frame("run")], 10);
  return { profile: builder.profile };
}

testReport(
  "a thread opens into what it was doing, and closes again",
  states,
  {},
  async ({ page }) => {
    const lanes = async (): Promise<string[]> => await page.locator(".lanes > *").allTextContents();
    const all = ["Has the GIL", "On a CPU", "Waits for the GIL", "Handles an exception"];
    const threads = ["main", "worker", "thread 72 (interpreter 3)"];
    assert.deepEqual(await lanes(), [...all, ...threads]);
    await page.click(".lanes >> text=main");
    await drawn(page);
    assert.deepEqual(await lanes(), [...all, "main", ...all, ...threads.slice(1)]);
    const alpha = async (lane: number, at: number): Promise<number> =>
      await page.evaluate(`(() => {
        const canvas = document.querySelector(".track canvas");
        const y = (36 + ${lane} * 12 + 6) * devicePixelRatio;
        const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
        copy.drawImage(canvas, -Math.floor(${at} * canvas.width), -y);
        return copy.getImageData(0, 0, 1, 1).data[3];
      })()`);
    // Its GIL: held in the first half, waited for in the second.
    assert.ok(await alpha(5, 0.25) > 250);
    assert.equal(await alpha(5, 0.75), 0);
    assert.equal(await alpha(7, 0.25), 0);
    assert.ok(await alpha(7, 0.75) > 250);
    await page.click(".lanes >> text=main");
    await drawn(page);
    assert.deepEqual(await lanes(), [...all, ...threads]);
  },
);

testReport(
  "the table of threads adds up, and follows the chosen time",
  states,
  { hash: "view=summary" },
  async ({ page }) => {
    const row = (name: string): Promise<string> => textOf(page, `.threads tr:has-text("${name}")`);
    assert.match(await row("All threads"), /^All threads30016\.7%50\.0%16\.7%33\.3%66\.7%$/);
    assert.match(await row("main"), /^main7010050\.0%50\.0%50\.0%0%0%$/);
    assert.match(await row("worker"), /^worker711000%100\.0%0%0%100\.0%$/);
    await page.evaluate(`location.hash = "view=summary&range=50-100"`);
    await drawn(page);
    assert.match(await row("main"), /^main70500%0%100\.0%0%0%$/);
  },
);

testReport("threads of one interpreter can be looked at", states, {}, async ({ page }) => {
  await page.click(".menus >> text=Threads");
  await page.click('.thread:has-text("Interpreter 3") >> text=only');
  await drawn(page);
  assert.equal(await textOf(page, ".chips"), "thread: thread 72 (interpreter 3) ×");
  await clickBox(page, 0.5, 1);
  assert.match(await textOf(page, ".details"), /^g/);
});

/** A program of two processes, one of which has two threads. */
function processes(): ReportInput {
  const builder = new ProfileBuilder({ allThreads: true, subprocesses: true });
  const { profile } = builder;
  [["/usr/bin/python3", "shop.py"], ["/usr/bin/python3", "-c", "<script>"]].forEach((command, i) =>
    profile.processes.push({
      ...{ pid: 40 + i, parent: i * 40, command, pythonVersion: "3.15.0", startedUs: 0 },
      quality: profile.quality,
    })
  );
  [["main", 0], ["main", 1], ["worker", 1]].forEach(([name, process], i) => {
    const thread = builder.thread(70 + i, String(name));
    profile.threads[thread] = { ...profile.threads[thread]!, process: Number(process) };
    builder.sample(thread, [frame(`f${i}`)], 100);
  });
  return { profile };
}

testReport("one process of several can be looked at", processes, {}, async ({ page }) => {
  await page.click(".menus >> text=Threads");
  const menu = await page.locator("fieldset:has-text('Processes') .thread").allTextContents();
  assert.deepEqual(menu.map((text) => text.replace("only", " ")), [
    "41 python3 -c <script> 200 samples",
    "40 python3 shop.py 100 samples",
  ]);
  await page.click('.thread:has-text("shop.py") >> text=only');
  await drawn(page);
  assert.equal(await textOf(page, ".chips"), "thread: 40: main ×");
  await clickBox(page, 0.5, 1);
  assert.match(await textOf(page, ".details"), /^f0/);
});

Deno.test("many threads whose names differ in numbers alone are listed as one", async () => {
  const builder = new ProfileBuilder({ allThreads: true });
  builder.sample(builder.thread(1, "main"), [frame("f")], 50);
  for (let i = 2; i < 1000; i++) {
    builder.sample(builder.thread(i, `Thread-${i} (handle)`), [frame("g")], 2);
  }
  builder.thread(1000, "idle");
  const model = await roundTrip(builder.profile);
  const { threads, interpreters } = groupThreads(model);
  assert.deepEqual(threads.map(({ name, samples }) => [name, samples]), [
    ["Thread-… (handle) (998 threads)", 1996],
    ["main", 50],
  ]);
  assert.equal(interpreters.length, 1);
});

testReport("tasks can be looked at, and left out", tasks, {}, async ({ page }) => {
  await page.click(".menus >> text=Threads and tasks");
  assert.match(await textOf(page, ".tasks"), /fetch <1>.*60 samples.*serve.*30 samples/);
  await page.click('.tasks .thread:has-text("fetch") >> text=only');
  await drawn(page);
  assert.equal(await textOf(page, ".chips"), "only: fetch <1> ×");
  await page.keyboard.press("Escape");
  await clickBox(page, 0.4, 1);
  assert.match(await textOf(page, ".details"), /^fetch <1>/);
  await page.click(".chip");
  await page.click(".menus >> text=Threads and tasks");
  await page.click('.tasks .thread:has-text("fetch") >> text=without');
  await drawn(page);
  assert.equal(await textOf(page, ".chips"), "without: fetch <1> ×");
  await page.keyboard.press("Escape");
  await page.keyboard.press("2");
  assert.match(await textOf(page, ".functions tbody"), /serve/);
  assert.doesNotMatch(await textOf(page, ".functions tbody"), /fetch/);
});

testReport(
  "two fingers zoom into what is between them, one finger moves it",
  states,
  { width: 400, height: 800 },
  async ({ page }) => {
    const session = await page.context().newCDPSession(page);
    const { left, top, width } = await page.evaluate(`(() => {
      const { left, top, width } = document.querySelector(".scroller").getBoundingClientRect();
      return { left, top, width };
    })()`) as { left: number; top: number; width: number };
    const touch = async (type: string, ...shares: number[]): Promise<void> => {
      await session.send("Input.dispatchTouchEvent", {
        type: type as "touchStart",
        touchPoints: shares.map((share, id) => ({ x: left + share * width, y: top + 90, id })),
      });
    };
    const zoom = async (): Promise<number[]> => {
      await drawn(page);
      const [, from, to] = /zoom=\d+-([\d.]+)-([\d.]+)/.exec(page.url()) ?? [];
      return [Number(from), Number(to)];
    };
    const near = (actual: number[], expected: number[]): void =>
      actual.forEach((value, i) =>
        assert.ok(Math.abs(value - expected[i]!) < 0.01, `${actual} for ${expected}`)
      );
    await touch("touchStart", 0.4);
    await touch("touchStart", 0.4, 0.6);
    await touch("touchMove", 0.3, 0.7);
    await touch("touchMove", 0.2, 0.8);
    await touch("touchEnd");
    // What was at 0.4 and 0.6 is at 0.2 and 0.8: a third of the width is seen.
    near(await zoom(), [1 / 3, 2 / 3]);
    await touch("touchStart", 0.5);
    await touch("touchMove", 0.35);
    await touch("touchMove", 0.2);
    await touch("touchEnd");
    near(await zoom(), [1 / 3 + 0.1, 2 / 3 + 0.1]);
  },
);
