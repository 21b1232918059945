import assert from "node:assert/strict";
import { createPerfetto } from "../../collectors/perfetto.ts";
import { startBrowser } from "../browser.ts";
import { HOSTILE_NAMES, hostileTimeLine, renderTimeLine, shopTimeLine } from "./time_lines.ts";
import { findTraceViewer, openInTraceViewer, type Trace } from "./viewers/chrome_tracing.ts";

/** Opens traces; where the viewer is missing says that nothing was tested, which fails in CI. */
async function inTraceViewer(
  use: (open: (text: string) => Promise<Trace>) => Promise<void>,
): Promise<void> {
  const folder = await findTraceViewer();
  if (folder === undefined) {
    const hole = "NOT TESTED: the viewer of chrome://tracing, which Go's sources have";
    assert.notEqual(Deno.env.get("CI"), "true", hole);
    // deno-lint-ignore no-console
    return console.error(hole);
  }
  const browser = await startBrowser();
  try {
    await use((text) => openInTraceViewer(browser, folder, text));
  } finally {
    await browser.close();
  }
}

/** Rows by name, with their slices as `depth name from–to`, times in µs. */
function listRows({ processes }: Trace): [string | null, string[]][] {
  const us = (ms: number): number => Math.round(ms * 1000);
  return processes.flatMap(({ threads }) =>
    threads.map(({ name, slices }): [string | null, string[]] => [
      name,
      slices.map(({ depth, title, start, duration, didNotFinish }) => {
        assert.ok(!didNotFinish, `${title} has no end`);
        return `${depth} ${title} ${us(start)}–${us(start + duration)}`;
      }),
    ])
  );
}

Deno.test("the viewer of chrome://tracing finds in perfetto the calls, states and facts that went in", async () => {
  await inTraceViewer(async (open) => {
    const trace = await open(renderTimeLine(shopTimeLine(), createPerfetto()));
    assert.deepEqual(trace.warnings, []);
    assert.deepEqual(listRows(trace), [
      ["MainThread", [
        "0 <module> 0–6001",
        "1 Shop.serve 0–4000",
        "2 price_order 1000–4000",
        "3 <GC> 3000–4000",
        "0 <module> 20000–22000",
        "1 Shop.serve 20000–22000",
      ]],
      ["MainThread: state", [
        "0 has GIL, on CPU 0–4000",
        "0 no GIL, on CPU 4000–5001",
        "0 no GIL, off CPU 5001–6001",
        "0 has GIL, on CPU 20000–22000",
      ]],
      ["Thread-4300", [
        "0 Thread.run 0–6001",
        "1 price_order 4000–6001",
        "0 Thread.run 20000–21000",
      ]],
      ["Thread-4300: state", [
        "0 waits for GIL, off CPU 0–4000",
        "0 has GIL, on CPU 4000–6001",
        "1 has exception 4000–6001",
        "0 no GIL, off CPU 20000–21000",
      ]],
    ]);
    const [{ pid, name, labels, threads }] = trace.processes as [Trace["processes"][number]];
    assert.equal(pid, 4242);
    assert.equal(name, "python3 shop.py 3");
    assert.match(labels.join(), /wall time, all threads/);
    assert.deepEqual(threads[0]!.slices[2]!.args, { file: "/srv/shop/pricing.py", line: 10 });
  });
});

Deno.test("the viewer of chrome://tracing complains of a perfetto file that is wrong", async () => {
  await inTraceViewer(async (open) => {
    const text = renderTimeLine(shopTimeLine(), createPerfetto());
    await assert.rejects(open(text.slice(0, -10)), /JSON/);
    const unended = text.replace(/,\n\{"ph":"E"[^\n]*"price_order"\}/, "");
    assert.notEqual(unended, text);
    assert.match((await open(unended)).warnings.join(), /Titles do not match/);
    const unbegun = text.replace(/,\n\{"ph":"B"[^\n]*"price_order"[^\n]*\}/, "");
    assert.match((await open(unbegun)).warnings.join(), /Titles do not match|without a matching B/);
  });
});

Deno.test("hostile names come through the viewer of chrome://tracing unchanged", async () => {
  await inTraceViewer(async (open) => {
    const trace = await open(renderTimeLine(hostileTimeLine("plain"), createPerfetto()));
    assert.deepEqual(trace.warnings, []);
    const titles = trace.processes.flatMap(({ threads }) =>
      threads.flatMap(({ slices }) => slices.map(({ title }) => title))
    );
    assert.deepEqual(titles.sort(), [...HOSTILE_NAMES].sort());
  });
});
