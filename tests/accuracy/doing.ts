/** Programs that know what their threads do (`doing.py`), and what captures find of it. */
import type { Python } from "../../scripts/pythons.ts";
import { STATUS } from "../../src/profile/profile.ts";
import { type Captured, countSamples, seenStacks } from "./captured.ts";
import { capture, type How, Running } from "./running.ts";
import { sharesDuring, type Told, untoldShare } from "./told.ts";

/** What `doing.py` can do. */
export type DoingCase = "gil" | "cpu" | "hash" | "bound" | "exceptions" | "quick";

/** One thing that it does, in shares of the time. */
export interface Thing {
  readonly name: string;
  readonly truth: number;
  readonly found: number;
}

/** A capture of it. */
export interface Doing {
  readonly captured: Captured;
  readonly things: readonly Thing[];
  /** Share of the capture's time about which the program says nothing. */
  readonly untold: number;
}

/** What the main thread does. */
const ALONE: readonly DoingCase[] = ["exceptions", "quick"];

/** Functions of `exceptions` that have one. */
export const WITH_EXCEPTION: readonly string[] = [
  "in_handler",
  "in_sleep",
  "in_finally",
  "in_generator",
];

/** Starts a case, captures it and holds what was found beside the truth. */
export async function measureDoing(python: Python, what: DoingCase, how: How): Promise<Doing> {
  await using target = await Running.start(python.path, "doing.py", [what]);
  const captured = await capture(target.pid, { ...how, allThreads: !ALONE.includes(what) });
  const told: Told & { tids: Record<string, number> } = JSON.parse(await target.finish());
  return {
    captured,
    things: listThings(what, captured, told, what === "gil" && !python.freeThreaded),
    untold: untoldShare(captured, told),
  };
}

/** @param holds it is known of threads whether they hold the GIL. */
function listThings(
  what: DoingCase,
  captured: Captured,
  told: Told & { tids: Record<string, number> },
  holds: boolean,
): Thing[] {
  const bits = Object.values(STATUS);
  const place = bits.indexOf(holds ? STATUS.hasGil : STATUS.onCpu);
  const seen = seenStacks(captured);
  const { ticks } = captured.quality;
  return [...sharesDuring(captured, told)].map(([name, truth]) => {
    if (what === "exceptions") {
      const inside = seen.filter(({ stack }) => stack.some((frame) => frame.name === name));
      const has = WITH_EXCEPTION.includes(name);
      return { name, truth: has ? truth : 0, found: countSamples(inside) / ticks };
    }
    const tid = told.tids[name];
    // What is no thread is what the main one does while it handles an exception.
    const thread = tid === undefined ? 0 : captured.tids.indexOf(tid);
    const bit = tid === undefined ? bits.indexOf(STATUS.hasException) : place;
    return { name, truth, found: (captured.states[thread]?.[bit] ?? 0) / ticks };
  });
}
