/** What formats that show time have in common: how long a sample stands, and what a thread is called. */

import type { ProcessInfo } from "../src/profile/process.ts";
import type { Profile, Thread } from "../src/profile/profile.ts";
import type { Metadata } from "../src/profile/metadata.ts";
import { baseName } from "../src/analysis/places.ts";

/** Usual steps from one sample of a thread to its next that are taken for unbroken. */
const LONGEST_STEP = 3.5;
/** Steps after which the usual one has come to what they are. */
const MEMORY_OF_STEPS = 64;
/** Above all ids that a system gives. */
const MADE_UP = 1 << 30;

/**
 * Until when samples stand. A sample stands until the next one of its thread. If that is more than 3½
 * usual steps away, so that three readings or more are missing, nobody knows what went on: then it stands
 * for one asked interval and the rest stays blank. The usual step is the asked interval, and longer where
 * a capture is slower than that all the time; but not in modes that leave threads out for a while.
 */
export class Steps {
  readonly #interval: number;
  readonly #learns: boolean;
  #usual: number;

  constructor({ intervalUs, mode }: Metadata) {
    // 0 when not known: the steps that are met tell.
    this.#interval = Math.max(intervalUs, 1);
    this.#learns = intervalUs <= 0 || mode === "wall" || mode === "all";
    this.#usual = intervalUs;
  }

  /** When a sample ends that the next one of its thread follows, µs. */
  endBefore(time: number, next: number): number {
    const step = next - time;
    if (this.#usual <= 0) this.#usual = Math.max(step, 0);
    const longest = this.#usual * LONGEST_STEP;
    if (this.#learns && step > 0) {
      const learned = (Math.min(step, longest * 2) - this.#usual) / MEMORY_OF_STEPS;
      this.#usual = Math.max(this.#interval, this.#usual + learned);
    }
    return step <= longest ? next : time + this.#interval;
  }

  /** When the last sample of a thread ends, µs. */
  endLast(time: number): number {
    return time + this.#interval;
  }
}

/** The process that a thread is of, where processes are told apart. */
export function processOf({ processes }: Profile, { process }: Thread): ProcessInfo | undefined {
  return process === undefined ? undefined : processes[process];
}

/** What a thread is called among those of other processes. */
export function nameAmongAll(profile: Profile, thread: Thread): string {
  const process = processOf(profile, thread);
  return process === undefined ? nameThread(thread) : `${process.pid}: ${nameThread(thread)}`;
}

/** What a thread is called: by its own name, or by its number. */
export function nameThread({ name, tid, interpreter }: Thread): string {
  const called = name === "" ? `Thread-${tid}` : name;
  return interpreter === 0 ? called : `${called} (interpreter ${interpreter})`;
}

/**
 * The number under which each thread of a profile is shown: the system's, unless another thread has it
 * already, of another interpreter or of an earlier time; a viewer would take the two for one.
 */
export function numberThreads({ threads }: Profile): number[] {
  const taken = new Set<number>([0]);
  return threads.map(({ tid }, index) => {
    const number = taken.has(tid) ? MADE_UP + index : tid;
    taken.add(number);
    return number;
  });
}

/** What a profile is called: the command, or the process, or what it was made by. */
export function nameProfile(
  { command: [program, ...rest], pid, tool }: Pick<Metadata, "command" | "pid" | "tool">,
): string {
  if (program !== undefined) return [baseName(program), ...rest].join(" ");
  return pid > 0 ? `process ${pid}` : `profile of ${tool}`;
}
