/**
 * Opens traces with the viewer of chrome://tracing, in Chromium. Debian's Chromium comes without it, but
 * Go's sources have it, as `go tool trace` shows its traces with it.
 */

import type { Browser } from "playwright-core";
import { isFile, withPage } from "../../browser.ts";

/** Where Go's versions keep it, below the folder of Go. */
const PLACES = ["src/cmd/trace/static", "src/internal/trace/traceviewer/static", "misc/trace"];
/** The viewer, and what it asks of a browser that has since gone from Chromium. */
const FILES = ["trace_viewer_full.html", "webcomponents.min.js"] as const;

/** What the viewer has made of a file. */
export interface Trace {
  /** What it says it could not take as it was. */
  readonly warnings: readonly string[];
  readonly processes: readonly {
    readonly pid: number;
    readonly name: string | null;
    readonly labels: readonly string[];
    /** In the order in which they are shown. */
    readonly threads: readonly {
      readonly tid: number;
      readonly name: string | null;
      /** In the order of their beginnings; times in ms. */
      readonly slices: readonly {
        readonly title: string;
        readonly category: string;
        readonly start: number;
        readonly duration: number;
        readonly args: Readonly<Record<string, unknown>>;
        readonly depth: number;
        readonly didNotFinish: boolean;
      }[];
    }[];
  }[];
}

/** The folder of the viewer; undefined where there is no Go with its sources. */
export async function findTraceViewer(): Promise<string | undefined> {
  try {
    const { stdout } = await new Deno.Command("go", { args: ["env", "GOROOT"] }).output();
    const root = new TextDecoder().decode(stdout).trim();
    return PLACES.map((place) => `${root}/${place}`).find((folder) =>
      FILES.every((name) => isFile(`${folder}/${name}`))
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Opens a trace; throws what the viewer throws of a file that it cannot read. */
export async function openInTraceViewer(
  browser: Browser,
  folder: string,
  text: string,
): Promise<Trace> {
  const read = (name: string): string => {
    if (name === "trace.json") return text;
    return FILES.some((file) => file === name)
      ? Deno.readTextFileSync(`${folder}/${name}`)
      : `<!DOCTYPE html><meta charset="utf-8"><script src="${FILES[1]}"></script>` +
        `<link rel="import" href="${FILES[0]}">`;
  };
  return await withPage(browser, read, async (page) => {
    await page.waitForFunction("typeof tr === 'object' && typeof tr.importer === 'object'");
    return JSON.parse(await page.evaluate(`(${importTrace})()`));
  });
}

/** What runs in the page: imports the trace, and says what has come of it. */
const importTrace = `async () => {
  const text = await (await fetch("/trace.json")).text();
  const model = new tr.Model();
  await new tr.importer.Import(model).importTraces([text]);
  const processes = Object.values(model.processes).map((process) => ({
    pid: process.pid,
    name: process.name ?? null,
    labels: process.labels ?? [],
    threads: Object.values(process.threads)
      .sort((a, b) => a.sortIndex - b.sortIndex)
      .map((thread) => ({
        tid: thread.tid,
        name: thread.name ?? null,
        slices: thread.sliceGroup.slices.map((slice) => {
          let depth = 0;
          for (let at = slice.parentSlice; at; at = at.parentSlice) depth++;
          const { title, category, start, duration, args, didNotFinish = false } = slice;
          return { title, category, start, duration, args, depth, didNotFinish };
        }),
      })),
  }));
  const warnings = model.importWarnings.map(({ message }) => message);
  return JSON.stringify({ warnings, processes });
}`;
