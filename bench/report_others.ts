/** What else draws flame graphs, with the same samples: CPython 3.15's page, and d3-flame-graph itself. */

import type { Browser } from "playwright-core";
import { createBinary } from "../collectors/binary.ts";
import { DEFAULT_OPTIONS } from "../collectors/registry.ts";
import { findTestPythons } from "../scripts/pythons.ts";
import { repository } from "../scripts/repository.ts";
import { run } from "../scripts/shell.ts";
import { countLeaves } from "../src/analysis/functions.ts";
import { sumBelow } from "../src/analysis/outermost.ts";
import type { Profile } from "../src/profile/profile.ts";
import { NO_STACK } from "../src/profile/tables.ts";
import { joinPieces, SUMMARY } from "../tests/collectors/profiles.ts";
import type { GrownProfile } from "./report_profiles.ts";
import { describeTimes, openAgain, openPage } from "./report_times.ts";
import { print } from "./table.ts";

const ZOOMS = 10;

/** When an SVG has boxes. */
const WATCH_SVG = `
  const look = () => {
    if (document.querySelector("#chart rect, svg rect")) {
      requestAnimationFrame(() => setTimeout(() => globalThis.firstPicture ??= performance.now()));
    } else setTimeout(look, 5);
  };
  look();
`;

/** Lets CPython make its page of the same samples, through a recording. */
export async function measureCpython(
  browser: Browser,
  { profile, batch }: GrownProfile,
): Promise<void> {
  const python = (await findTestPythons()).find(({ minor }) => minor === "3.15");
  if (python === undefined) {
    throw new Error("Python 3.15 is missing: deno task pythons --provision");
  }
  const folder = await Deno.makeTempDir({ prefix: "tachyon-bench-" });
  try {
    const [recording, theirs] = [`${folder}/r.bin`, `${folder}/theirs.html`];
    const binary = createBinary(DEFAULT_OPTIONS);
    const bytes = joinPieces([
      ...binary.begin(profile.metadata),
      ...binary.add(profile, batch),
      ...binary.finish(profile, SUMMARY),
    ]);
    bytes.set(binary.head!());
    await Deno.writeFile(recording, bytes);
    const start = performance.now();
    const args = ["-m", "profiling.sampling", "replay", "--flamegraph", "-o", theirs, recording];
    await run(python.path, args);
    const written = performance.now() - start;
    const times = await openAgain(browser, theirs, WATCH_SVG);
    const size = (await Deno.stat(theirs)).size / 1e6;
    print(`  CPython's page: written in ${written.toFixed(0)} ms, ${size.toFixed(2)} MB`);
    print(`    first picture after load: ${describeTimes(times.first)}`);
    print(`    first picture in all:     ${describeTimes(times.fromStart)}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A tree as d3-flame-graph takes it. */
interface Branch {
  readonly name: string;
  readonly value: number;
  readonly children: Branch[];
}

/** Draws all of the same tree with d3-flame-graph. */
export async function measureD3(browser: Browser, { profile }: GrownProfile): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tachyon-bench-" });
  try {
    const [script, path] = [`${folder}/d3.js`, `${folder}/d3.html`];
    const pins = ["--lock=deno.lock", "--frozen"];
    const entry = `${repository}/bench/d3_page.ts`;
    const options = ["--quiet", "--platform", "browser", "--minify", ...pins];
    await run(Deno.execPath(), ["bundle", ...options, "--output", script, entry]);
    const data = JSON.stringify(growTree(profile));
    await Deno.writeTextFile(
      path,
      `<!doctype html><div id="chart"></div><script type="application/json" id="data">${data}` +
        `</script><script type="module">${await Deno.readTextFile(script)}</script>`,
    );
    const { first, fromStart } = await openAgain(browser, path, WATCH_SVG);
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
    await page.addInitScript(WATCH_SVG);
    await openPage(page, path);
    const zoom: number[] = [];
    for (let i = 0; i < ZOOMS; i++) {
      zoom.push(await page.evaluate(`zoomTo(${i % 2 === 0 ? 3 + i : 0})`) as number);
    }
    const search: number[] = [];
    for (let length = 1; length <= "parse_12".length; length++) {
      search.push(await page.evaluate(`find("${"parse_12".slice(0, length)}")`) as number);
    }
    await page.close();
    const size = (await Deno.stat(path)).size / 1e6;
    print(`  d3-flame-graph 5.0, nothing narrower than a pixel: ${size.toFixed(2)} MB`);
    print(`    first picture after load: ${describeTimes(first)}`);
    print(`    first picture in all:     ${describeTimes(fromStart)}`);
    print(`    zoom:   ${describeTimes(zoom)}`);
    print(`    search: ${describeTimes(search)}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function growTree(profile: Profile): Branch {
  const { stacks, frames, strings } = profile;
  const totals = sumBelow(stacks, countLeaves(profile));
  const branches: Branch[] = [];
  const roots: Branch[] = [];
  for (let stack = 0; stack < stacks.length; stack++) {
    const name = strings[frames.name.at(stacks.frame.at(stack))] ?? "";
    const branch = { name, value: totals[stack]!, children: [] };
    branches.push(branch);
    const caller = stacks.prefix.at(stack);
    (caller === NO_STACK ? roots : branches[caller]!.children).push(branch);
  }
  const value = roots.reduce((sum, root) => sum + root.value, 0);
  return { name: "all", value, children: roots };
}
