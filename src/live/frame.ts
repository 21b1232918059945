/** What stands around the views: who is watched and how well, the keys, and the help. */

import { baseName } from "../analysis/places.ts";
import { formatCount, formatRate, formatShare } from "../analysis/units.ts";
import { topRows } from "./rows_view.ts";
import { WINDOW_S } from "./window.ts";
import type { Scene } from "./scene.ts";
import type { Screen } from "./screen.ts";
import { DIM, type Style, styleOf, TEXT } from "./style.ts";
import { nameThread } from "./threads_view.ts";
import { type State, STATES } from "./thread_watch.ts";
import { VIEWS } from "./model.ts";

/** Shares from which on a loss is worth a colour. */
const WORRY = 0.01;
const ALARM = 0.1;

/** From this width on views show their numbers. */
const WIDE = 70;

const BARS: Readonly<Record<State, string>> = {
  hasGil: "GIL held",
  waitsForGil: "waiting",
  onCpu: "on CPU",
  hasException: "exceptions",
};

/** Draws the head. Returns the row below it. */
export function drawHead(screen: Screen, scene: Scene): number {
  const { profile, model, window, elapsedMs } = scene;
  const { metadata } = profile;
  const end = screen.put(0, 0, " tachyon ", styleOf("accent", { bold: true, reverse: true }));
  const state = model.over ? " ended " : model.paused ? " paused " : "";
  const time = clock(elapsedMs);
  const stateAt = screen.width - 2 - time.length - state.length;
  if (state !== "") {
    screen.put(
      stateAt,
      0,
      state,
      styleOf(model.over ? "good" : "warm", { reverse: true, bold: true }),
    );
  }
  screen.putLeftOf(screen.width - 1, 0, time, styleOf("title"));
  const [program = "", ...args] = metadata.command;
  const command = [baseName(program), ...args].join(" ");
  const who = `pid ${metadata.pid}  Python ${metadata.pythonVersion}  ${command}`;
  screen.put(end + 1, 0, who, TEXT, stateAt - end - 2);
  drawQuality(screen, 1, scene);
  let y = 2;
  if (screen.height >= 16) y = drawStates(screen, y, scene);
  if (screen.height >= 20) y = drawTop(screen, y, scene);
  const tabs = VIEWS.map((view, i) => ({
    view,
    text: screen.width < WIDE ? view : `${i + 1} ${view}`,
  }));
  let x = 1;
  for (const { view, text } of tabs) {
    const style = view === model.view ? styleOf("accent", { bold: true, reverse: true }) : DIM;
    if (x + text.length + 2 > screen.width) break;
    x = screen.put(x, y, ` ${text} `, style);
  }
  const shown = describeShown(scene, window.seconds(scene.elapsedMs));
  if (x + shown.length + 2 < screen.width) {
    screen.putLeftOf(screen.width - 1, y, shown, styleOf("warm"));
  }
  return y + 1;
}

function drawQuality(
  screen: Screen,
  y: number,
  { profile, trust, elapsedMs, ownCpuMs }: Scene,
): void {
  const pieces: [string, Style][] = [
    [`${formatCount(profile.quality.samples)} samples`, TEXT],
    [`${formatRate(trust.achievedHz)} of ${formatRate(trust.askedHz)}`, TEXT],
    [`${formatShare(trust.missed)} missed`, worry(trust.missed)],
    [`${formatShare(trust.rejected)} rejected`, worry(trust.rejected)],
    [`${profile.threads.length} thread${profile.threads.length === 1 ? "" : "s"}`, DIM],
    [`own CPU ${formatShare(elapsedMs > 0 ? ownCpuMs / elapsedMs : 0)}`, DIM],
    [profile.metadata.mode === "wall" ? "" : `mode ${profile.metadata.mode}`, DIM],
    [profile.metadata.consistency === "verified" ? "" : profile.metadata.consistency, DIM],
  ];
  let x = 1;
  for (const [text, style] of pieces) {
    if (text === "") continue;
    if (x > 1) {
      if (x + text.length + 3 > screen.width) return;
      x = screen.put(x, y, " · ", DIM);
    }
    x = screen.put(x, y, text, style);
  }
}

/** Bars of the threads' states of the last second, where they are known. */
function drawStates(screen: Screen, y: number, { threads }: Scene): number {
  if (!threads.known) return y;
  const width = Math.floor((screen.width - 2) / STATES.length);
  STATES.forEach((state, i) => {
    const x = 1 + i * width;
    const share = threads.share(state);
    const end = screen.put(x, y, `${BARS[state]} ${formatShare(share)} `, DIM, width - 1);
    const cells = x + width - 1 - end;
    if (cells >= 4) screen.bar(end, y, cells, share, styleOf("bar"), styleOf("track"));
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

/** Which part of what was captured is shown, if not all. */
function describeShown({ profile, model, window }: Scene, seconds: number | undefined): string {
  const thread = window.thread === undefined ? undefined : profile.threads[window.thread];
  return [
    thread === undefined ? "" : `only ${nameThread(thread)}`,
    model.filter === "" ? "" : `filter ${model.filter}`,
    seconds === undefined ? "" : `last ${Math.min(WINDOW_S, Math.round(seconds))} s`,
  ].filter((text) => text !== "").join(", ");
}

/** Draws the last row: what is typed, said, or can be pressed. */
export function drawFoot(screen: Screen, { model, notice, printed }: Scene): void {
  const y = screen.height - 1;
  if (model.typing !== undefined) {
    const end = screen.put(1, y, "filter: ", styleOf("key"));
    const after = screen.put(end, y, model.typing, TEXT);
    screen.put(after, y, "▏", styleOf("accent"));
    return;
  }
  if (notice !== "") {
    screen.put(1, y, notice, styleOf("warm"));
    return;
  }
  const keys: [string, string][] = model.opened !== undefined
    ? [["Esc", "back"], ["↑↓", "scroll"], ["p", "pause"], ["?", "help"], ["q", "quit"]]
    : [
      ["q", "quit"],
      ["?", "help"],
      ["Tab", "view"],
      ["s", `sort: ${model.sort}`],
      ["Enter", model.view === "flame" ? "zoom" : model.view === "tree" ? "open" : "source"],
      ["/", "filter"],
      ["p", "pause"],
      ["e", "recent"],
      ["r", "reset"],
      ["w", "write"],
    ];
  let x = 1;
  for (const [key, does] of keys) {
    if (x + key.length + does.length + 3 > screen.width) break;
    x = screen.put(x, y, key, styleOf("key"));
    x = screen.put(x + 1, y, does, DIM) + 2;
  }
  if (printed !== undefined && printed.bytes > 0) {
    const text = `printed: ${printed.last}`;
    if (x + 24 < screen.width) screen.put(x, y, text, DIM);
  }
}

const HELP: readonly (readonly [string, string])[] = [
  ["Tab, 1–6", "next view; a view by its number"],
  ["↑ ↓ j k", "move; PgUp PgDn Home End"],
  ["Enter", "source; open a branch; zoom; Esc goes back"],
  ["← →", "from thread to thread; t shows all again"],
  ["s S", "sort by self, total, change, name"],
  ["/ c", "filter: text or /pattern/; show all again"],
  ["p", "hold the picture; sampling goes on"],
  ["e", `only the last ${WINDOW_S} seconds, or everything`],
  ["q", "end"],
  ["r", "count from now on"],
  ["w", "write a recording and a report"],
  ["x", "arrows of change on and off"],
  ["+ −", "refresh more often, less often"],
  ["Ctrl-Z", "suspend; Ctrl-L draws all anew"],
];

/** Draws the keys over everything. */
export function drawHelp(screen: Screen): void {
  const width = Math.min(screen.width - 2, 74);
  const height = Math.min(screen.height, HELP.length + 4);
  const [left, top] = [
    Math.floor((screen.width - width) / 2),
    Math.floor((screen.height - height) / 2),
  ];
  for (let y = top; y < top + height; y++) screen.put(left, y, " ".repeat(width), TEXT);
  screen.put(left, top, `┌${"─".repeat(width - 2)}┐`, styleOf("accent"));
  screen.put(left + 2, top, " keys ", styleOf("title"));
  HELP.slice(0, height - 3).forEach(([key, does], i) => {
    screen.put(left + 3, top + 1 + i, key, styleOf("key"), 10);
    screen.put(left + 14, top + 1 + i, does, TEXT, width - 16);
  });
  for (let y = top + 1; y < top + height - 1; y++) {
    screen.put(left, y, "│", styleOf("accent"));
    screen.put(left + width - 1, y, "│", styleOf("accent"));
  }
  screen.put(left, top + height - 1, `└${"─".repeat(width - 2)}┘`, styleOf("accent"));
  screen.put(left + 2, top + height - 1, " any key closes ", DIM);
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
