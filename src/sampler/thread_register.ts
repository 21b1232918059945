import type { ReaderThread } from "../../ffi/process.ts";
import type { Runtime } from "../cpython/runtime.ts";
import type { ThreadState } from "../cpython/thread_list.ts";
import { STATUS, STATUS_SHIFT } from "../profile/profile.ts";
import type { Ledger } from "./ledger.ts";
import { writeName, writeThread } from "./records.ts";
import { ThreadLabels } from "./thread_labels.ts";

/** From one try to write to a full ring to the next, µs. */
const TRY_AGAIN = 1000;

/** Tells the other side of threads: their samples name them by the numbers that they get here. */
export class ThreadRegister {
  /** Ids on the other side, by thread state address and tid. */
  readonly #ids = new Map<string, number>();
  /** Flags that all samples of a thread have, by id. */
  readonly #flags: number[] = [];
  readonly #labels: ThreadLabels;

  /**
   * @param asksCpu samples say themselves whether it is known that their threads were on a CPU.
   * @param process id of the process on the other side, where processes are told apart.
   */
  constructor(
    runtime: Runtime,
    readonly reader: ReaderThread,
    readonly ledger: Ledger,
    readonly asksCpu: boolean,
    readonly process?: number,
  ) {
    this.#labels = new ThreadLabels(runtime);
  }

  /** Tells of those threads that the other side does not know. */
  introduce(states: readonly ThreadState[]): void {
    const fresh = states.filter((state) => !this.#ids.has(keyOf(state)));
    if (fresh.length === 0) return;
    const labels = this.#labels.read(fresh);
    for (const [i, state] of fresh.entries()) {
      const label = labels[i]!;
      const flags = (this.asksCpu ? 0 : STATUS.cpuUnknown) | (state.main ? STATUS.main : 0);
      const id = this.#tell(keyOf(state), state, label.name, state.main, flags);
      this.#labels.note(id, state, label);
    }
  }

  /** The id of a thread that was introduced. */
  idOf(state: ThreadState): number {
    return this.#ids.get(keyOf(state))!;
  }

  /** The id of the line for the waiting tasks of a thread, which is told of at the first time. */
  idOfTasks(state: ThreadState): number {
    const key = `${keyOf(state)}:tasks`;
    const name = this.#labels.name(this.idOf(state));
    const label = name === "" ? "waiting tasks" : `${name}: waiting tasks`;
    return this.#ids.get(key) ?? this.#tell(key, state, label, false, STATUS.cpuUnknown);
  }

  /** What a sample's flags say of its thread in any case. */
  flagsOf(id: number): number {
    return this.#flags[id]!;
  }

  /** Looks for the names of threads that had none when they began; `now` is µs on any clock. */
  seekNames(now: number): void {
    this.#labels.seek(now, (id, name) => writeName(this.ledger.writer, id, name));
  }

  /** Looks whether some of the threads that are still there have other names by now. */
  refresh(ids: Iterable<number>): void {
    this.#labels.keep(new Set(ids));
    this.#labels.refresh((id, name) => writeName(this.ledger.writer, id, name));
  }

  #tell(key: string, state: ThreadState, name: string, main: boolean, flags: number): number {
    const id = this.ledger.threads++;
    const { tid, interpreterId: interpreter } = state;
    const told = { tid, main, interpreter, name };
    const thread = this.process === undefined ? told : { ...told, process: this.process };
    while (!writeThread(this.ledger.writer, thread)) {
      this.reader.sleepUntil(this.reader.now() + TRY_AGAIN, 0);
    }
    this.#ids.set(key, id);
    this.#flags[id] = flags << STATUS_SHIFT;
    return id;
  }
}

/** Tells a thread state from those that were at the same place before. */
export function keyOf({ address, tid }: ThreadState): string {
  return `${address}:${tid}`;
}
