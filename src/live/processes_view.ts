/** The processes of a program, where those that it started are sampled, too. */

import { baseName } from "../analysis/places.ts";
import { formatCount, formatShare } from "../analysis/units.ts";
import type { ProcessEnding, ProcessInfo } from "../profile/process.ts";
import { rejectedTotal } from "../profile/quality.ts";
import type { Area, Scene } from "./scene.ts";
import type { Screen } from "./screen.ts";
import { DIM, selected, styleOf, TEXT } from "./style.ts";

const TITLE = styleOf("title");
const HOW = [
  "One process is looked at.",
  "",
  "--subprocesses  shows those that it starts, too",
] as const;

/** What stands in place of its CPU time. */
const ENDED: Readonly<Record<ProcessEnding, string>> = {
  ended: "ended",
  replaced: "exec",
  "lost-access": "lost",
  "capture-ended": "over",
};

/** Screens that have room for what is less often wanted. */
const WIDE = 100;
const MOST_INDENT = 8;

/** A process and how many stand above it. */
interface Line {
  readonly id: number;
  readonly depth: number;
}

/** Draws a row for each process below the one that started it. */
export function drawProcesses(screen: Screen, area: Area, scene: Scene): void {
  const { profile, model, threads, window } = scene;
  model.order = [];
  if (profile.metadata.subprocesses !== true) {
    HOW.forEach((text, i) => screen.put(2, area.top + 1 + i, text, i === 0 ? TEXT : DIM));
    return;
  }
  const wanted = model.filter.toLowerCase();
  const lines = listLines(profile.processes).filter(({ id }) => {
    const process = profile.processes[id]!;
    return `${process.pid} ${describeProcess(process)}`.toLowerCase().includes(wanted);
  });
  model.order = lines.map(({ id }) => id);
  model.page = Math.max(1, area.bottom - area.top);
  model.follow();
  const wide = screen.width >= WIDE;
  const commandAt = wide ? 61 : 43;
  screen.putLeftOf(18, area.top, "pid", TITLE);
  screen.putLeftOf(26, area.top, "threads", TITLE);
  screen.putLeftOf(35, area.top, "samples", TITLE);
  screen.putLeftOf(42, area.top, "CPU", TITLE);
  if (wide) {
    screen.putLeftOf(51, area.top, "rejected", TITLE);
    screen.putLeftOf(60, area.top, "Python", TITLE);
  }
  screen.put(commandAt, area.top, "command", TITLE);
  lines.slice(model.scroll, model.scroll + model.page).forEach(({ id, depth }, i) => {
    const y = area.top + 1 + i;
    const process = profile.processes[id]!;
    const { quality } = process;
    const own = profile.threads.map((_, thread) => thread)
      .filter((thread) => profile.threads[thread]!.process === id);
    const there = own.filter((thread) => threads.isThere(thread));
    const style = process.endedUs === undefined ? TEXT : DIM;
    if (id === window.process) screen.put(0, y, "▶", styleOf("accent"));
    screen.put(1 + Math.min(depth, MOST_INDENT), y, depth > 0 ? "└" : "", styleOf("track"));
    screen.putLeftOf(18, y, String(process.pid), style);
    screen.putLeftOf(26, y, String(there.length), style);
    screen.putLeftOf(35, y, formatCount(quality.samples), style);
    const known = there.map((thread) => threads.share("onCpu", thread))
      .filter((share) => share !== undefined);
    if (process.endedUs !== undefined) {
      screen.putLeftOf(42, y, ENDED[process.ending ?? "ended"], DIM);
    } else if (known.length > 0) {
      screen.putLeftOf(42, y, formatShare(known.reduce((sum, share) => sum + share, 0)), style);
    }
    if (wide) {
      const rejected = rejectedTotal(quality);
      const share = rejected === 0 ? 0 : rejected / (rejected + quality.samples);
      screen.putLeftOf(51, y, formatShare(share), DIM);
      screen.putLeftOf(60, y, process.pythonVersion, DIM);
    }
    const text = describeProcess(process);
    screen.putCut(commandAt, y, text, style, screen.width - commandAt - 1);
    model.hits.push({ x: 0, y, cells: screen.width, means: { row: id } });
    if (id === model.chosen) screen.paint(0, y, screen.width, selected);
  });
}

/** What a process runs, or what it is there for. */
function describeProcess({ command, role }: ProcessInfo): string {
  const [program = "", ...args] = command;
  const text = [baseName(program), ...args].join(" ");
  return role === undefined ? text : `(${role.replaceAll("-", " ")}) ${text}`;
}

/** Each process after the one that started it, in the order in which they came. */
function listLines(processes: readonly ProcessInfo[]): Line[] {
  const latest = new Map<number, number>();
  const children = new Map<number, number[]>();
  const ROOT = -1;
  processes.forEach(({ pid, parent }, id) => {
    const above = latest.get(parent) ?? ROOT;
    children.set(above, [...children.get(above) ?? [], id]);
    latest.set(pid, id);
  });
  const lines: Line[] = [];
  const pending = [...children.get(ROOT) ?? []].reverse().map((id) => ({ id, depth: 0 }));
  while (pending.length > 0) {
    const line = pending.pop()!;
    lines.push(line);
    for (const id of [...children.get(line.id) ?? []].reverse()) {
      pending.push({ id, depth: line.depth + 1 });
    }
  }
  return lines;
}
