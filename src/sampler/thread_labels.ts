import type { Runtime, ThreadState } from "../cpython/runtime.ts";
import { ThreadNames } from "../cpython/thread_names.ts";

/** The name of every program's first thread, which says nothing. */
const MAIN = "MainThread";
/** Threads that are asked for their names again at a time. */
const AT_ONCE = 8;

/** A thread whose name was told. */
interface Labelled {
  readonly state: ThreadState;
  name: string;
}

/**
 * What threads are called: as Python's `threading` has it, else as the system does; nothing where neither
 * says more than that it is the main one. Programs name threads also when they run already.
 */
export class ThreadLabels {
  readonly #names: ThreadNames;
  /** By id on the other side. */
  readonly #known = new Map<number, Labelled>();
  /** Where to go on asking. */
  #next = 0;

  constructor(readonly runtime: Runtime) {
    this.#names = new ThreadNames(runtime);
  }

  /** Names of threads in the same order. */
  read(states: readonly ThreadState[]): string[] {
    const names = this.#names.read(states);
    return states.map((state) => {
      const name = names.get(state.address)?.name;
      if (state.main && name === MAIN) return "";
      return name ?? this.runtime.process.threadName(state.tid);
    });
  }

  /** Notes what was told of a thread. */
  note(id: number, state: ThreadState, name: string): void {
    this.#known.set(id, { state, name });
  }

  /** What was told of a thread last; empty if it has no name of its own. */
  name(id: number): string {
    return this.#known.get(id)?.name ?? "";
  }

  /** Forgets all threads but these. */
  keep(ids: ReadonlySet<number>): void {
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id);
  }

  /**
   * Asks some of the threads for their names again, all of them in turn.
   * @param tell hands on a new name; false if that is not possible now.
   */
  refresh(tell: (id: number, name: string) => boolean): void {
    const all = [...this.#known];
    const count = Math.min(AT_ONCE, all.length);
    const asked = Array.from({ length: count }, (_, i) => all[(this.#next + i) % all.length]!);
    this.#next = all.length === 0 ? 0 : (this.#next + count) % all.length;
    const names = this.read(asked.map(([, { state }]) => state));
    for (const [i, [id, labelled]] of asked.entries()) {
      const name = names[i]!;
      if (name !== "" && name !== labelled.name && tell(id, name)) labelled.name = name;
    }
  }
}
