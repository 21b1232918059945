import { type SampleBatch, STATUS, statusOf } from "../src/profile/profile.ts";

/** Bits that only somebody sets who looked: a thread that holds nothing has none of them. */
const SIGNS_OF_GIL = STATUS.hasGil | STATUS.waitsForGil | STATUS.hasException;

/** What is known of a thread's state, beside bits of {@link STATUS}. */
export const KNOWN = { gilAndException: 64, cpu: 128 } as const;

/**
 * What is known of the state of threads. A status without bits can mean that nothing is the case or that
 * nobody looked; that somebody looked at the GIL and at exceptions shows as soon as any thread is seen
 * to hold the GIL, to wait for it, or to have an exception.
 */
export class ThreadStates {
  #gilKnown = false;

  /** Looks at samples before they are used. */
  learn(batch: SampleBatch): void {
    if (this.#gilKnown) return;
    let seen = 0;
    for (let i = 0; i < batch.length; i++) seen |= batch.flags[i]!;
    this.#gilKnown = (statusOf(seen) & SIGNS_OF_GIL) !== 0;
  }

  /** What a sample's flags say for sure, as bits of {@link STATUS} and {@link KNOWN}; 0 for nothing. */
  of(flags: number): number {
    const status = statusOf(flags);
    let state = 0;
    if (this.#gilKnown) state = KNOWN.gilAndException | status & SIGNS_OF_GIL;
    return (status & STATUS.cpuUnknown) === 0 ? state | KNOWN.cpu | status & STATUS.onCpu : state;
  }
}

/** A state in words: what the thread does, and within that whether it has an exception. */
export function nameStates(state: number): string[] {
  const words: string[] = [];
  if ((state & KNOWN.gilAndException) !== 0) words.push(nameGil(state));
  if ((state & KNOWN.cpu) !== 0) words.push((state & STATUS.onCpu) !== 0 ? "on CPU" : "off CPU");
  const names = words.length > 0 ? [words.join(", ")] : [];
  return (state & STATUS.hasException) !== 0 ? [...names, "has exception"] : names;
}

function nameGil(state: number): string {
  if ((state & STATUS.hasGil) !== 0) return "has GIL";
  return (state & STATUS.waitsForGil) !== 0 ? "waits for GIL" : "no GIL";
}
