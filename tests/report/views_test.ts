import assert from "node:assert/strict";
import { STATUS, STATUS_SHIFT } from "../../src/profile/profile.ts";
import { ProfileBuilder, shopProfile } from "../collectors/profiles.ts";
import { clickBox, drawn, hoverBox, pixel, type ReportInput, textOf } from "./browser.ts";
import { testReport } from "./cases.ts";
import { batchOf } from "./payloads.ts";

const shop = (): ReportInput => ({ profile: shopProfile().profile });
/** The middle of a row of the picture, px. */
const row = (index: number): number => index * 20 + 4;

/** Two threads: `main` runs `f → g`, then `f → h`; `worker` runs `w` in the first quarter only. */
function timed(): ReportInput {
  const builder = new ProfileBuilder({ allThreads: true });
  const [main, worker] = [builder.thread(70, "main"), builder.thread(71, "worker-<1>")];
  const [f, g, h, w] = ["f", "g", "h", "w"].map((name) => ({
    file: "/srv/shop/x.py",
    name,
    first: 1,
    line: 2,
  }));
  builder.sample(main, [f!, g!], 500).sample(main, [f!, h!], 500).sample(worker, [w!], 250);
  const at = (thread: number, stack: number, from: number, to: number, status: number) =>
    Array.from({ length: to - from }, (_, i) => ({
      time: (from + i) * 1000,
      thread,
      stack,
      flags: status << STATUS_SHIFT,
    }));
  const samples = [
    ...at(main, 1, 0, 500, STATUS.hasGil | STATUS.onCpu),
    ...at(main, 2, 500, 1000, STATUS.hasGil | STATUS.onCpu),
    ...at(worker, 3, 0, 250, STATUS.waitsForGil),
  ].sort((a, b) => a.time - b.time);
  builder.profile.quality.ticks = 1000;
  return { profile: builder.profile, batches: [batchOf(samples)] };
}

/** The cells of a table row by row. */
async function rowsOf(page: Parameters<typeof textOf>[0], selector: string): Promise<string[][]> {
  return await page.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].map((row) =>
      [...row.children].map((cell) => cell.textContent.trim()))`,
  );
}

testReport(
  "the table has a row for each function, with margins, in the asked order",
  shop,
  { hash: "view=functions" },
  async ({ page }) => {
    const names = async (): Promise<string[]> =>
      (await rowsOf(page, ".functions tbody tr")).map((cells) => cells[2]!);
    const rows = await rowsOf(page, ".functions tbody tr");
    assert.deepEqual(
      rows.map((
        [self, total, ...rest],
      ) => [/^.*?%/.exec(self!)![0], /^.*?%/.exec(total!)![0], ...rest]),
      [
        ["60.0%", "60.0%", "price_order", "pricing.py:10"],
        ["20.0%", "20.0%", "walk", "tree.py:5"],
        ["15.0%", "18.0%", "loads", "json/__init__.py:299"],
        ["3.0%", "3.0%", "<GC>", ""],
        ["2.0%", "100.0%", "Shop.serve", "shop.py:40"],
        ["0%", "100.0%", "<module>", "shop.py:1"],
      ],
    );
    assert.match(rows[0]![0]!, /^60\.0%± \d+(\.\d)?600 ms$/);
    await page.click("thead >> text=Total");
    assert.equal((await names())[0], "Shop.serve");
    assert.equal(await page.getAttribute("thead th.total", "aria-sort"), "descending");
    await page.click("thead >> text=Function");
    assert.equal((await names())[0], "<GC>");
    await page.fill("#search", "serve");
    assert.deepEqual(await names(), ["Shop.serve"]);
    await page.click(".functions tbody th button");
    await page.waitForSelector(".sandwich");
    assert.match(page.url(), /view=sandwich/);
  },
);

testReport(
  "callers stand above a function and what it calls below",
  shop,
  { hash: "view=sandwich" },
  async ({ page }) => {
    const pick = async (name: string): Promise<void> => {
      await page.selectOption(".subject select", { label: name });
      await drawn(page);
    };
    await pick("loads");
    assert.match(await textOf(page, ".subject"), /self 15\.0%.*total 18\.0%/);
    assert.match(await textOf(page, ".half:nth-of-type(2) .edges"), /^Called by100\.0%Shop\.serve/);
    assert.match(await textOf(page, ".half:nth-of-type(3) .edges"), /^Calls16\.7%<GC>/);
    await hoverBox(page, 0.5, 0);
    await pick("walk");
    assert.match(
      await textOf(page, ".half:nth-of-type(2) .edges"),
      /100\.0%walk.*100\.0%Shop\.serve|100\.0%Shop\.serve.*100\.0%walk/,
    );
    await page.click("text=Focus in the flame view");
    await drawn(page);
    assert.equal(await textOf(page, ".chips"), "only: walk ×");
  },
);

testReport(
  "a drag over the time strip shows that time in every view",
  timed,
  {},
  async ({ page }) => {
    const strip = (await page.locator(".track").boundingBox())!;
    const drag = async (from: number, to: number): Promise<void> => {
      await page.mouse.move(strip.x + from * strip.width, strip.y + 15);
      await page.mouse.down();
      await page.mouse.move(strip.x + to * strip.width, strip.y + 15, { steps: 4 });
      await page.mouse.up();
      await drawn(page);
    };
    await drag(0.501, 0.899);
    assert.equal(await textOf(page, ".chips"), "time: 500 ms to 900 ms ×");
    await hoverBox(page, 0.5, 2);
    assert.match(await textOf(page, ".tooltip"), /^h.*total100\.0%.*400 ms/);
    await page.keyboard.press("2");
    assert.equal((await rowsOf(page, ".functions tbody tr")).length, 2);
    await page.keyboard.press("1");
    await page.click(".chip");
    await drawn(page);
    assert.equal(await page.locator(".chips").count(), 0);
    await page.focus(".track");
    await page.keyboard.press("Shift+ArrowLeft");
    assert.match(await textOf(page, ".chips"), /^time: 0 s to 9/);
  },
);

testReport(
  "a picture by time has what ran when, thread below thread",
  timed,
  { hash: "order=time" },
  async ({ page }) => {
    const boxOf = async (x: number, index: number): Promise<string> => {
      await hoverBox(page, x, index);
      return await textOf(page, ".tooltip .name");
    };
    assert.equal(await boxOf(0.2, 2), "g");
    assert.equal(await boxOf(0.8, 2), "h");
    assert.equal(await boxOf(0.2, 4), "w");
    assert.equal(await pixel(page, 0.3, row(4)), "none");
    await clickBox(page, 0.8, 2);
    assert.equal(await boxOf(0.1, 2), "h");
    assert.match(page.url(), /zoom=\d+-0\.5/);
  },
);

testReport("threads can be left out, and only one looked at", timed, {}, async ({ page }) => {
  await page.click(".menus >> text=Threads");
  assert.match(await textOf(page, ".panel"), /main.*1,000 samples.*worker-<1>.*250 samples/);
  await page.click(".thread:nth-of-type(3) >> text=only");
  await drawn(page);
  assert.equal(await textOf(page, ".chips"), "thread: worker-<1> ×");
  await page.keyboard.press("Escape");
  await hoverBox(page, 0.5, 1);
  assert.match(await textOf(page, ".tooltip"), /^w.*total100\.0%/);
});

testReport(
  "the summary has all that is known of the capture and of its threads",
  timed,
  { hash: "view=summary" },
  async ({ page }) => {
    const text = await textOf(page, ".summary");
    for (
      const part of [
        "Commandpython3 shop.py 3",
        "Process4242",
        "Python3.14.10",
        "Profiled bytachyon 0.1.0",
        "Measuredwall time of all threads",
        "Missed0 ticks, 0%",
        "Rejected0 stacks, 0%",
        "ended when the program ended",
      ]
    ) assert.ok(text.includes(part), part);
    assert.deepEqual(await rowsOf(page, "table.threads tr"), [
      [
        "Thread",
        "Id",
        "Samples",
        "Has the GIL",
        "On a CPU",
        "Waits for the GIL",
        "Does without the GIL",
      ],
      ["All threads", "", "1,250", "80.0%", "80.0%", "20.0%", "0%"],
      ["main", "70", "1,000", "100.0%", "100.0%", "0%", "0%"],
      ["worker-<1>", "71", "250", "0%", "0%", "100.0%", "0%"],
    ]);
  },
);

function rejected(): ReportInput {
  const { profile } = shopProfile();
  profile.quality.rejected[0] = 200;
  profile.quality.missedTicks = 900;
  return { profile };
}

testReport("the line at the top turns loud when it must", rejected, {}, async ({ page }) => {
  const text = await textOf(page, ".trust.loud");
  assert.match(text, /16\.7% of the stacks were rejected/);
  assert.match(text, /47\.4% of the samples were missed/);
  await page.click(".trust");
  assert.match(await textOf(page, ".summary .notes"), /^Before you believe it/);
});

testReport("a calm capture has a calm line", shop, {}, async ({ page }) => {
  assert.equal(await page.locator(".trust.loud").count(), 0);
  assert.match(
    await textOf(page, ".trust"),
    /^✓1,000 samples in 999 ms · wall time · 1 kHz of 1 kHz asked · 0% missed · 0% rejected/,
  );
});

testReport(
  "colours follow the system until another are chosen",
  shop,
  { dark: true },
  async ({ page }) => {
    const theme = (): Promise<string | null> => page.getAttribute("html", "data-theme");
    const ground = (): Promise<string> =>
      page.evaluate("getComputedStyle(document.body).backgroundColor");
    assert.equal(await theme(), "dark");
    const dark = [await ground(), await pixel(page, 0.3, row(3))];
    await page.keyboard.press("t");
    await drawn(page);
    assert.equal(await theme(), "light");
    assert.notEqual(await ground(), dark[0]);
    assert.notEqual(await pixel(page, 0.3, row(3)), dark[1]);
    await page.reload();
    await page.waitForSelector(".report");
    assert.equal(await theme(), "light");
  },
);

testReport("the picture is saved as SVG and PNG", shop, {}, async ({ page }) => {
  const save = async (kind: string): Promise<{ name: string; bytes: Uint8Array }> => {
    await page.click(".menus >> text=Save");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click(`.panel >> text=${kind}`),
    ]);
    await page.keyboard.press("Escape");
    return {
      name: download.suggestedFilename(),
      bytes: await Deno.readFile((await download.path())!),
    };
  };
  const svg = await save("SVG");
  assert.equal(svg.name, "flamegraph_4242.svg");
  const text = new TextDecoder().decode(svg.bytes);
  assert.match(text, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.match(text, />price_order<\/text>/);
  assert.match(text, />&#60;module&#62;<\/text>/);
  assert.equal(
    await page.evaluate(`new DOMParser()
    .parseFromString(${
      JSON.stringify(text)
    }, "image/svg+xml").querySelectorAll("parsererror").length`),
    0,
  );
  const png = await save("PNG");
  assert.equal(png.name, "flamegraph_4242.png");
  assert.deepEqual([...png.bytes.slice(1, 4)], [0x50, 0x4e, 0x47]);
});

testReport("a phone shows everything without scrolling sideways", timed, {
  width: 400,
  height: 800,
}, async ({ page }) => {
  for (const view of ["flame", "functions", "sandwich", "source", "summary"]) {
    await page.evaluate(`location.hash = "view=${view}"`);
    await drawn(page);
    const [scroll, inner] = await page.evaluate(
      "[document.documentElement.scrollWidth, innerWidth]",
    ) as [number, number];
    const hidden = await page.evaluate(`document.querySelector(".report").scrollTop`);
    assert.equal(hidden, 0, `${view}: its head is out of sight`);
    assert.ok(scroll <= inner, `${view}: ${scroll} px in ${inner}`);
  }
});

testReport("paper is light and has no controls", shop, { dark: true }, async ({ page }) => {
  await page.emulateMedia({ media: "print" });
  await drawn(page);
  assert.equal(await page.getAttribute("html", "data-theme"), "light");
  assert.equal(await page.isVisible(".toolbar"), false);
  assert.equal(await page.isVisible(".chart canvas"), true);
  await page.emulateMedia({ media: "screen" });
  await drawn(page);
  assert.equal(await page.getAttribute("html", "data-theme"), "dark");
});

testReport(
  "screen readers get names for all controls, and a way to the table",
  timed,
  {},
  async ({ page }) => {
    const nameless = await page.evaluate(`[...document.querySelectorAll("button, input, select")]
    .filter((control) => !(control.textContent.trim() || control.getAttribute("aria-label")))
    .map((control) => control.outerHTML)`);
    assert.deepEqual(nameless, []);
    await page.focus(".skip");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".functions table");
    assert.equal(await page.locator(".functions thead th[scope=col]").count(), 4);
    assert.ok(await page.locator(".functions tbody th[scope=row]").count() > 0);
  },
);

function foreign(): ReportInput {
  const builder = new ProfileBuilder({
    tool: "collapsed stacks",
    toolVersion: "",
    pid: 0,
    command: [],
    pythonVersion: "",
    intervalUs: 0,
    startedAt: 0,
  });
  builder.sample(builder.thread(0), [{ file: "x.py", name: "f", line: 1 }], 500);
  builder.profile.quality.ticks = 0;
  return { profile: builder.profile, summary: { durationUs: 0, ending: "target-ended" } };
}

testReport(
  "what is not known is not made up",
  foreign,
  { hash: "view=summary" },
  async ({ page }) => {
    const text = await textOf(page, ".summary");
    for (
      const name of [
        "Command",
        "Process",
        "Python",
        "Measured",
        "Began",
        "Lasted",
        "Rate",
        "Stacks",
      ]
    ) {
      assert.ok(text.includes(`${name}not recorded`), name);
    }
    assert.ok(text.includes("Lossesnot recorded"));
    assert.equal(await textOf(page, "h1"), "A Python program");
    assert.match(
      await textOf(page, ".trust"),
      /500 samples.*what was missed or rejected is not recorded/,
    );
    await page.evaluate(`location.hash = ""`);
    await drawn(page);
    await hoverBox(page, 0.5, 1);
    assert.match(await textOf(page, ".tooltip"), /total100\.0%.*500 samples/);
  },
);
