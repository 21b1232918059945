/** What stands above the views: who is watched, how well, and what threads do; and the views' names. */

import { baseName } from "../analysis/places.ts";
import { describeFilter } from "../analysis/sample_filter.ts";
import { measureText } from "../analysis/terminal_text.ts";
import { formatCount, formatCounted, formatRate, formatShare } from "../analysis/units.ts";
import { VIEWS } from "./model.ts";
import { topRows } from "./rows_view.ts";
import type { Scene } from "./scene.ts";
import type { Screen } from "./screen.ts";
import { DIM, type Style, styleOf, TEXT } from "./style.ts";
import { nameThread } from "./threads_view.ts";
import type { Doing } from "./thread_watch.ts";
import { WINDOW_S } from "./window.ts";

/** Shares from which on a loss is worth a colour. */
const WORRY = 0.01;
const ALARM = 0.1;

/** Heights from which on there is room for the states of threads, and for the hottest rows. */
const WITH_STATES = 16;
const WITH_TOP = 20;

/** Views' names where there is little room. */
const SHORT: Readonly<Record<string, string>> = { functions: "funcs", processes: "procs" };

const BARS: readonly (readonly [Doing, long: string, short: string])[] = [
  ["hasGil", "GIL held", "GIL"],
  ["waitsForGil", "waiting", "wait"],
  ["released", "released", "free"],
  ["onCpu", "on CPU", "CPU"],
  ["collects", "GC", "GC"],
  ["hasException", "exceptions", "exc"],
];
/** What there is none of without a GIL. */
const OF_GIL: readonly Doing[] = ["hasGil", "waitsForGil", "released"];
/** Cells of a bar, at least, and with a long name. */
const LEAST_BAR = 3;
const LONG_FROM = 22;

/** What the second row tells, in many words and in few; empty: nothing. */
type Piece = readonly [long: string, short: string, style: Style];

/** Draws the head. Returns the row below it. */
export function drawHead(screen: Screen, scene: Scene): number {
  drawTarget(screen, scene);
  drawQuality(screen, 1, scene);
  let y = 2;
  if (screen.height >= WITH_STATES) y = drawStates(screen, y, scene);
  if (screen.height >= WITH_TOP) y = drawTop(screen, y, scene);
  drawTabs(screen, y, scene);
  return y + 1;
}

function drawTarget(screen: Screen, { profile, model, elapsedMs }: Scene): void {
  const { metadata } = profile;
  const end = screen.put(0, 0, " tachyon ", styleOf("accent", { bold: true, reverse: true }));
  const state = model.over ? " ended " : model.paused ? " paused " : "";
  const time = clock(elapsedMs);
  const stateAt = screen.width - 2 - time.length - state.length;
  if (state !== "") {
    const style = styleOf(model.over ? "good" : "warm", { reverse: true, bold: true });
    screen.put(stateAt, 0, state, style);
  }
  screen.putLeftOf(screen.width - 1, 0, time, styleOf("title"));
  const [program = "", ...args] = metadata.command;
  const command = [baseName(program), ...args].join(" ");
  const free = metadata.freeThreaded ? " free-threaded" : "";
  const who = `pid ${metadata.pid}  Python ${metadata.pythonVersion}${free}  `;
  const at = screen.put(end + 1, 0, who, TEXT, stateAt - end - 2);
  screen.putCut(at, 0, command, TEXT, stateAt - at - 1);
}

function drawQuality(screen: Screen, y: number, scene: Scene): void {
  const { profile, trust, elapsedMs, ownCpuMs } = scene;
  const { quality, metadata, threads } = profile;
  const own = formatShare(elapsedMs > 0 ? ownCpuMs / elapsedMs : 0);
  const [missed, rejected] = [formatShare(trust.missed), formatShare(trust.rejected)];
  const rate = `${formatRate(trust.achievedHz)} of ${formatRate(trust.askedHz)}`;
  const pieces: readonly Piece[] = [
    [formatCounted(quality.samples, "sample"), formatCount(quality.samples), TEXT],
    [rate, rate.replaceAll(" kHz", "k"), TEXT],
    [`${missed} missed`, `miss ${missed}`, worry(trust.missed)],
    [`${rejected} rejected`, `rej ${rejected}`, worry(trust.rejected)],
    [`own CPU ${own}`, `own ${own}`, DIM],
    [metadata.mode === "wall" ? "" : `mode ${metadata.mode}`, metadata.mode, DIM],
    [metadata.consistency === "verified" ? "" : metadata.consistency, "", DIM],
  ];
  const all: readonly Piece[] = [...pieces, [formatCounted(threads.length, "thread"), "", DIM]];
  const fits = (list: readonly Piece[]): boolean =>
    list.reduce((sum, [long]) => sum + (long === "" ? 0 : long.length + 3), 0) <= screen.width + 1;
  const isLong = fits(pieces);
  let x = 1;
  for (const [long, short, style] of fits(all) ? all : pieces) {
    const text = isLong || long === "" ? long : short;
    if (text === "") continue;
    if (x > 1) {
      if (x + text.length + 3 > screen.width) return;
      x = screen.put(x, y, " · ", DIM);
    }
    x = screen.put(x, y, text, style);
  }
}

/** What threads did in the last second, where that is known. */
function drawStates(screen: Screen, y: number, { threads, profile }: Scene): number {
  if (!threads.known) return y;
  const { metadata } = profile;
  const isTold = (doing: Doing): boolean => {
    if (doing === "collects") return metadata.features?.gc === true;
    return !metadata.freeThreaded || !OF_GIL.includes(doing);
  };
  const bars = BARS.filter(([doing]) => isTold(doing))
    .map(([doing, long, short]) => ({ share: threads.share(doing), long, short }))
    .filter(({ share }) => share !== undefined);
  const width = Math.floor((screen.width - 2) / bars.length);
  bars.forEach(({ share, long, short }, i) => {
    const x = 1 + i * width;
    const name = width >= LONG_FROM ? long : short;
    const end = screen.put(x, y, `${name} ${formatShare(share!)} `, DIM, width - 1);
    const cells = x + width - 1 - end;
    if (cells >= LEAST_BAR) screen.bar(end, y, cells, share!, styleOf("bar"), styleOf("track"));
  });
  return y + 1;
}

function drawTop(screen: Screen, y: number, { figures }: Scene): number {
  const width = Math.floor((screen.width - 2) / 3);
  topRows(figures, 3).forEach((row, i) => {
    const x = 1 + i * width;
    const end = screen.put(x, y, `${i + 1} `, styleOf("accent", { bold: true }));
    const share = formatShare(row.self / figures.samples);
    const after = screen.put(end, y, `${share} `, styleOf("hot", { bold: true }));
    screen.put(after, y, row.name, TEXT, x + width - 2 - after);
  });
  return y + 1;
}

/** The views, and which part of what was captured is shown if not all; each in as many words as fit. */
function drawTabs(screen: Screen, y: number, scene: Scene): void {
  const { model } = scene;
  const shown = describeShown(scene);
  const room = screen.width - 2 - (shown === "" ? 0 : measureText(shown) + 2);
  const short = (view: string): string => SHORT[view] ?? view;
  const forms: readonly ((view: string, i: number) => string)[] = [
    (view, i) => `${i + 1} ${view}`,
    (view, i) => `${i + 1} ${short(view)}`,
    (view) => view,
    short,
  ];
  const lengthOf = (form: (view: string, i: number) => string): number =>
    VIEWS.reduce((sum, view, i) => sum + form(view, i).length + 2, 0);
  const form = forms.find((one) => lengthOf(one) <= room) ?? short;
  let x = 1;
  for (const [i, view] of VIEWS.entries()) {
    const style = view === model.view ? styleOf("accent", { bold: true, reverse: true }) : DIM;
    const text = ` ${form(view, i)} `;
    model.hits.push({ x, y, cells: text.length, means: { key: `${i + 1}` } });
    x = screen.put(x, y, text, style);
  }
  if (shown === "") return;
  const left = screen.width - x - 2;
  if (left >= 12) screen.putLeftOf(screen.width - 1, y, shown, styleOf("warm"), left);
}

/** Which part of what was captured is shown, if not all. */
export function describeShown({ profile, model, window }: Scene): string {
  const thread = window.thread === undefined ? undefined : profile.threads[window.thread];
  const process = window.process === undefined ? undefined : profile.processes[window.process];
  const { seconds } = window;
  return [
    ...(profile.metadata.filters ?? []).map(describeFilter),
    process === undefined ? "" : `only pid ${process.pid}`,
    thread === undefined ? "" : `only ${nameThread(thread)}`,
    model.filter === "" ? "" : `filter ${model.filter}`,
    seconds === undefined ? "" : `last ${Math.min(WINDOW_S, Math.round(seconds))} s`,
  ].filter((text) => text !== "").join(", ");
}

function worry(share: number): Style {
  return share >= ALARM ? styleOf("bad") : share >= WORRY ? styleOf("warm") : DIM;
}

/** `1:02:03`, `02:03`. */
function clock(ms: number): string {
  const s = Math.floor(ms / 1000);
  const [hours, minutes, seconds] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${two(minutes)}:${two(seconds)}`;
}
