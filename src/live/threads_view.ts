/** Threads: what each does, and their last stacks. */

import { baseName } from "../analysis/places.ts";
import { formatCount, formatShare } from "../analysis/units.ts";
import { FRAME_KINDS, NO_STACK } from "../profile/tables.ts";
import type { Profile, Thread } from "../profile/profile.ts";
import { putPlaced } from "./placed.ts";
import type { Area, Scene } from "./scene.ts";
import type { Screen } from "./screen.ts";
import { DIM, selected, styleOf, TEXT } from "./style.ts";
import { STATES } from "./thread_watch.ts";

const TITLE = styleOf("title");
const HEADS = { hasGil: "GIL", waitsForGil: "waits", onCpu: "CPU", hasException: "exc" } as const;

/** What a thread is called. */
export function nameThread({ name, tid, main }: Thread): string {
  if (name !== "") return name;
  return main ? "main" : `thread ${tid}`;
}

/** Draws a row for each thread: its samples, its states where they are known, and its leaf. */
export function drawThreads(screen: Screen, area: Area, scene: Scene): void {
  const { profile, model, threads, window } = scene;
  const counts = profile.threads.map((_, id) => profile.states.count(id, 0));
  const wanted = model.filter.toLowerCase();
  const order = profile.threads.map((_, id) => id)
    .filter((id) => window.hasThread(profile.threads[id]!))
    .filter((id) => nameThread(profile.threads[id]!).toLowerCase().includes(wanted))
    .sort((a, b) => counts[b]! - counts[a]! || a - b);
  model.order = order;
  model.page = Math.max(1, area.bottom - area.top);
  model.follow();
  const wide = threads.known && screen.width >= 80;
  const tidAt = screen.width < 100 ? 18 : screen.width < 140 ? 26 : 40;
  const statesAt = tidAt + 17;
  const leafAt = statesAt + (wide ? STATES.length * 7 + 2 : 2);
  screen.put(1, area.top, "thread", TITLE);
  screen.putLeftOf(statesAt, area.top, "samples", TITLE);
  if (wide) {
    STATES.forEach((state, i) =>
      screen.putLeftOf(statesAt + 7 + i * 7, area.top, HEADS[state], TITLE)
    );
  }
  screen.put(leafAt, area.top, "runs", TITLE);
  order.slice(model.scroll, model.scroll + model.page).forEach((id, i) => {
    const y = area.top + 1 + i;
    const thread = profile.threads[id]!;
    const style = threads.isThere(id) ? TEXT : DIM;
    if (id === window.thread) screen.put(0, y, "▶", styleOf("accent"));
    screen.put(1, y, nameThread(thread), style, tidAt - 2);
    screen.put(tidAt, y, `${thread.tid}`, DIM, 8);
    screen.putLeftOf(statesAt, y, formatCount(counts[id]!), style);
    if (wide) {
      STATES.forEach((state, column) => {
        const none = profile.metadata.freeThreaded && state.endsWith("Gil");
        const share = none ? undefined : threads.share(state, id);
        if (share === undefined) return;
        const color = share > 0.5 ? TEXT : DIM;
        screen.putLeftOf(statesAt + 7 + column * 7, y, formatShare(share), color);
      });
    }
    const { text, place } = describeLeaf(profile, threads.threads[id]?.stack ?? NO_STACK);
    putPlaced(screen, leafAt, y, text, place, TEXT);
    model.hits.push({ x: 0, y, cells: screen.width, means: { row: id } });
    if (id === model.chosen) screen.paint(0, y, screen.width, selected);
  });
}

/** Draws the stack of each thread's last sample, leaf first. */
export function drawStacks(screen: Screen, area: Area, scene: Scene): void {
  const { profile, model, threads, window } = scene;
  const wanted = model.filter.toLowerCase();
  const lines: { text: string; place: string; head: boolean }[] = [];
  profile.threads.forEach((thread, id) => {
    if (window.thread !== undefined && window.thread !== id) return;
    if (!window.hasThread(thread) || !nameThread(thread).toLowerCase().includes(wanted)) return;
    lines.push({ text: nameThread(thread), place: `tid ${thread.tid}`, head: true });
    const stack = threads.threads[id]?.stack ?? NO_STACK;
    if (stack === NO_STACK) return;
    for (const frame of profile.stacks.frames(stack)) {
      lines.push({ ...describeFrame(profile, frame), head: false });
    }
  });
  model.order = lines.map((_, i) => i);
  model.page = Math.max(1, area.bottom - area.top + 1);
  model.scroll = Math.max(0, Math.min(model.scroll, lines.length - model.page));
  lines.slice(model.scroll, model.scroll + model.page).forEach(({ text, place, head }, i) => {
    const y = area.top + i;
    const style = head ? styleOf("accent", { bold: true }) : TEXT;
    putPlaced(screen, head ? 1 : 4, y, text, place, style);
  });
}

function describeLeaf(profile: Profile, stack: number): { text: string; place: string } {
  if (stack === NO_STACK) return { text: "", place: "" };
  return describeFrame(profile, profile.stacks.frame.at(stack));
}

/** The function of a frame, and where it is; marks of ours have no place. */
export function describeFrame(
  { frames, strings }: Profile,
  frame: number,
): { text: string; place: string } {
  const file = strings[frames.file.at(frame)] ?? "";
  const line = frames.line.at(frame);
  const isPython = FRAME_KINDS[frames.kind.at(frame)] === "python";
  return {
    text: strings[frames.name.at(frame)] ?? "",
    place: line > 0 ? `${baseName(file)}:${line}` : isPython ? baseName(file) : "",
  };
}
