import assert from "node:assert/strict";
import { Ajv } from "ajv";
import schema from "speedscope/dist/release/file-format-schema.json" with { type: "json" };
import { createGecko } from "../../collectors/gecko.ts";
import { createPerfetto } from "../../collectors/perfetto.ts";
import { createSpeedscope } from "../../collectors/speedscope.ts";
import {
  HOSTILE_NAMES,
  hostileTimeLine,
  MEMORY,
  renderTimeLine,
  shopTimeLine,
  type TimeLine,
} from "./time_lines.ts";
import { openInFirefox, type OpenProfile } from "./viewers/firefox.ts";
import { findBrowser, startBrowser } from "../browser.ts";
import { type Opened, openInSpeedscope } from "./viewers/speedscope.ts";

const gecko = (line: TimeLine): string => renderTimeLine(line, createGecko({}, MEMORY));
const speedscope = (line: TimeLine): string => renderTimeLine(line, createSpeedscope({}, MEMORY));
const perfetto = (line: TimeLine): string => renderTimeLine(line, createPerfetto());

/** What the Firefox Profiler says of the functions of a thread. */
interface Samples {
  readonly topFunctionsByTotal: readonly {
    readonly name: string;
    readonly totalSamples: number;
    readonly selfSamples: number;
  }[];
  readonly categoryBreakdown: {
    readonly categories: readonly { readonly name: string; readonly samples: number }[];
  };
}

/** What it says of markers. */
interface Markers {
  readonly byType: readonly {
    readonly markerName: string;
    readonly topMarkers: readonly { readonly start: number; readonly duration: number }[];
  }[];
}

async function inFirefox<T>(text: string, use: (profile: OpenProfile) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(path, text);
    return await openInFirefox(path, use);
  } finally {
    await Deno.remove(path);
  }
}

/** Opens a file in speedscope; without a browser says that nothing was tested, which fails in CI. */
async function inSpeedscope(text: string): Promise<Opened | undefined> {
  if (findBrowser() !== undefined) {
    const browser = await startBrowser();
    try {
      return await openInSpeedscope(browser, text);
    } finally {
      await browser.close();
    }
  }
  const hole = "NOT TESTED: speedscope itself, because there is no Chromium here";
  assert.notEqual(Deno.env.get("CI"), "true", hole);
  // deno-lint-ignore no-console
  console.error(hole);
  return undefined;
}

/** Markers as `name start+duration`, times in ms. */
async function listMarkers({ ask }: OpenProfile): Promise<string[]> {
  const { byType } = await ask("thread", "markers", "--list") as Markers;
  return byType.flatMap(({ markerName, topMarkers }) =>
    topMarkers.map(({ start, duration }) => `${markerName} ${start}+${duration}`)
  ).sort();
}

/** The calls of a thread as `depth name from–to`, times in µs. */
function listCalls({ shared, profiles }: Opened, thread: number): string[] {
  const calls: string[] = [];
  const open: { name: string; from: number; place: number }[] = [];
  for (const { type, frame, at } of profiles[thread]!.events) {
    if (type === "O") {
      open.push({ name: shared.frames[frame]!.name, from: at, place: calls.push("") - 1 });
      continue;
    }
    const { name, from, place } = open.pop()!;
    calls[place] = `${open.length} ${name} ${from}–${at}`;
  }
  return calls;
}

Deno.test("the Firefox Profiler finds in gecko the functions, markers and facts that went in", async () => {
  await inFirefox(gecko(shopTimeLine()), async (profile) => {
    const answer = await profile.ask("thread", "samples") as Samples;
    assert.deepEqual(
      answer.topFunctionsByTotal.map((row) => [row.name, row.totalSamples, row.selfSamples]),
      [["<module>", 8, 2], ["Shop.serve", 6, 3], ["price_order", 3, 2], ["<GC>", 1, 1]],
    );
    assert.deepEqual(
      answer.categoryBreakdown.categories.map(({ name, samples }) => [name, samples]),
      [["Python", 7], ["GC", 1]],
    );
    const markers = await listMarkers(profile);
    assert.equal(markers.length, 12);
    for (const marker of ["GC Collecting 3+1", "Has GIL 0+4", "Off CPU 5.001+1"]) {
      assert.ok(markers.includes(marker), marker);
    }
    const meta = JSON.stringify(await profile.ask("profile", "meta"));
    assert.match(meta, /2025-10-09T08:53:20/);
    assert.match(meta, /pid 4242, Python 3\.14\.10/);
  });
});

Deno.test("the Firefox Profiler refuses a gecko file that is wrong", async () => {
  const file = JSON.parse(gecko(shopTimeLine()));
  delete file.shared.stackTable;
  await assert.rejects(inFirefox(JSON.stringify(file), ({ ask }) => ask("status")), /load failed/);
});

Deno.test("the Firefox Profiler finds in perfetto the calls that went in, and refuses a wrong file", async () => {
  const text = perfetto(shopTimeLine());
  assert.deepEqual(await inFirefox(text, listMarkers), [
    "<GC> 3+1",
    "<module> 0+6.001",
    "<module> 20+2",
    "Shop.serve 0+4",
    "Shop.serve 20+2",
    "price_order 1+3",
  ]);
  await assert.rejects(inFirefox(text.replace(`,"name":"<GC>"}`, "}"), listMarkers), /load failed/);
});

Deno.test("speedscope's schema accepts speedscope, and not a frame without a name", () => {
  const validate = new Ajv().compile(schema);
  for (const line of [shopTimeLine(), hostileTimeLine("plain")]) {
    assert.ok(validate(JSON.parse(speedscope(line))), JSON.stringify(validate.errors));
  }
  const wrong = JSON.parse(speedscope(shopTimeLine()));
  delete wrong.shared.frames[0].name;
  assert.ok(!validate(wrong));
});

Deno.test("speedscope opens speedscope as it was meant, and refuses a wrong file", async () => {
  const opened = await inSpeedscope(speedscope(shopTimeLine()));
  if (opened === undefined) return;
  assert.deepEqual(opened.profiles.map(({ name, unit }) => [name, unit]), [
    ["MainThread", "microseconds"],
    ["Thread-4300", "microseconds"],
  ]);
  assert.deepEqual(listCalls(opened, 0), [
    "0 <module> 0–6001",
    "1 Shop.serve 0–4000",
    "2 price_order 1000–4000",
    "3 <GC> 3000–4000",
    "0 <module> 20000–22000",
    "1 Shop.serve 20000–22000",
  ]);
  const wrong = JSON.parse(speedscope(shopTimeLine()));
  wrong.profiles[0].weights.pop();
  await assert.rejects(inSpeedscope(JSON.stringify(wrong)));
});

Deno.test("speedscope opens perfetto as it was meant", async () => {
  const opened = await inSpeedscope(perfetto(shopTimeLine()));
  if (opened === undefined) return;
  assert.deepEqual(opened.profiles.map(({ name }) => name), [
    "python3 shop.py 3 (pid 4242), MainThread (tid 4242)",
    "python3 shop.py 3 (pid 4242), Thread-4300 (tid 4300)",
    "python3 shop.py 3 (pid 4242), MainThread: state (tid 1610612736)",
    "python3 shop.py 3 (pid 4242), Thread-4300: state (tid 1610612737)",
  ]);
  assert.deepEqual(listCalls(opened, 1), [
    `0 Thread.run {"file":"/usr/lib/python3.14/threading.py","line":990} 0–6001`,
    `1 price_order {"file":"/srv/shop/pricing.py","line":10} 4000–6001`,
    `0 Thread.run {"file":"/usr/lib/python3.14/threading.py","line":990} 20000–21000`,
  ]);
  assert.deepEqual(listCalls(opened, 3), [
    "0 waits for GIL, off CPU 0–4000",
    "0 has GIL, on CPU 4000–6001",
    "1 has exception 4000–6001",
    "0 no GIL, off CPU 20000–21000",
  ]);
});

Deno.test("hostile names come through the viewers' own readers unchanged", async () => {
  const { topFunctionsByTotal } = await inFirefox(
    gecko(hostileTimeLine("plain")),
    ({ ask }) => ask("thread", "samples"),
  ) as Samples;
  assert.deepEqual(topFunctionsByTotal.map(({ name }) => name).sort(), [...HOSTILE_NAMES].sort());
  // Chromium cannot print a page that shows a lone surrogate; speedscope shows titles as text.
  const opened = await inSpeedscope(speedscope(hostileTimeLine("plain")));
  if (opened === undefined) return;
  assert.deepEqual(opened.shared.frames.map(({ name }) => name).sort(), [...HOSTILE_NAMES].sort());
});
