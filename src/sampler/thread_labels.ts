import type { ThreadState } from "../cpython/thread_list.ts";
import type { Runtime } from "../cpython/runtime.ts";
import { ThreadNames } from "../cpython/thread_names.ts";

/** The name of every program's first thread, which says nothing. */
const MAIN = "MainThread";
/** Threads that are asked for their names again at a time. */
const AT_ONCE = 8;
/** A thread that `threading` does not know yet is asked for again after this time, µs; then after twice that. */
const SOON = 2000;
/** How often. */
const MOST_ASKED = 6;

/** What a thread is called. */
export interface Label {
  readonly name: string;
  /** It is the name that Python has for it. */
  readonly isKnown: boolean;
}

/** A thread whose name was told. */
interface Labelled {
  readonly state: ThreadState;
  name: string;
  /** When to ask again for one that Python did not know, µs, and how often it was asked. */
  due: number;
  asked: number;
}

/** Hands on a new name; false if that is not possible now. */
type Tell = (id: number, name: string) => boolean;

/**
 * What threads are called: as Python's `threading` has it, else as the system does; nothing where neither
 * says more than that it is the main one. Programs name threads also when they run already.
 */
export class ThreadLabels {
  readonly #names: ThreadNames;
  /** By id on the other side. */
  readonly #told = new Map<number, Labelled>();
  /** Where to go on asking. */
  #next = 0;
  /** Threads that Python did not know when they were met, by id. */
  readonly #unknown = new Map<number, Labelled>();
  /** When the first of them is due. */
  #due = Infinity;

  constructor(readonly runtime: Runtime) {
    this.#names = new ThreadNames(runtime);
  }

  /** What threads are called, in the same order. */
  read(states: readonly ThreadState[]): Label[] {
    const names = this.#names.read(states);
    return states.map((state) => {
      const name = names.get(state.address)?.name;
      if (state.main && name === MAIN) return { name: "", isKnown: true };
      const isKnown = name !== undefined;
      return { name: name ?? this.runtime.process.threadName(state.tid), isKnown };
    });
  }

  /** Notes what was told of a thread. */
  note(id: number, state: ThreadState, { name, isKnown }: Label): void {
    const labelled = { state, name, due: 0, asked: 0 };
    this.#told.set(id, labelled);
    if (isKnown) return;
    this.#unknown.set(id, labelled);
    this.#due = 0;
  }

  /** What was told of a thread last; empty if it has no name of its own. */
  name(id: number): string {
    return this.#told.get(id)?.name ?? "";
  }

  /** Forgets all threads but these. */
  keep(ids: ReadonlySet<number>): void {
    for (const id of this.#told.keys()) if (!ids.has(id)) this.#told.delete(id);
  }

  /** Asks some of the threads for their names again, all of them in turn. */
  refresh(tell: Tell): void {
    const all = [...this.#told];
    const count = Math.min(AT_ONCE, all.length);
    const asked = Array.from({ length: count }, (_, i) => all[(this.#next + i) % all.length]!);
    this.#next = all.length === 0 ? 0 : (this.#next + count) % all.length;
    this.#ask(asked, tell);
  }

  /**
   * Asks for the names of threads that had none when they were met: `threading` takes note of a thread only
   * when it runs.
   * @param now µs on any clock.
   */
  seek(now: number, tell: Tell): void {
    if (now < this.#due) return;
    this.#due = Infinity;
    const asked: [number, Labelled][] = [];
    for (const [id, labelled] of this.#unknown) {
      if (labelled.asked === MOST_ASKED || !this.#told.has(id)) this.#unknown.delete(id);
      else if (labelled.due > now || asked.length === AT_ONCE) this.#await(labelled.due);
      else {
        if (labelled.asked > 0) asked.push([id, labelled]);
        labelled.due = now + SOON * 2 ** labelled.asked++;
        this.#await(labelled.due);
      }
    }
    for (const id of this.#ask(asked, tell)) this.#unknown.delete(id);
  }

  #await(due: number): void {
    this.#due = Math.min(this.#due, due);
  }

  /** Returns the ids of those that Python knows. */
  #ask(asked: readonly (readonly [number, Labelled])[], tell: Tell): number[] {
    if (asked.length === 0) return [];
    const labels = this.read(asked.map(([, { state }]) => state));
    const known: number[] = [];
    for (const [i, [id, labelled]] of asked.entries()) {
      const { name, isKnown } = labels[i]!;
      const isNew = name !== "" && name !== labelled.name;
      if (isNew && tell(id, name)) labelled.name = name;
      if (isKnown && (!isNew || labelled.name === name)) known.push(id);
    }
    return known;
  }
}
