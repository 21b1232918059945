import type { ReaderThread } from "../../ffi/process.ts";
import type { ProcessEnding, ProcessInfo, ProcessRole } from "../profile/process.ts";
import type { Quality } from "../profile/quality.ts";
import type { Ledger } from "./ledger.ts";
import { writeProcess, writeTally } from "./records.ts";

/** From one try to write to a full ring to the next, µs. */
const TRY_AGAIN = 1000;

/** Words of the command lines by which `multiprocessing` starts what helps its own processes. */
const ROLES: readonly (readonly [word: RegExp, role: ProcessRole])[] = [
  [/\bmultiprocessing\.(?:resource_tracker|semaphore_tracker) import main\b/, "resource-tracker"],
  [/\bmultiprocessing\.forkserver import main\b/, "fork-server"],
];

/** Tells the other side of processes, in rows that are written anew when they change. */
export class ProcessRows {
  readonly #rows: ProcessInfo[] = [];
  readonly #pids = new Set<number>();

  constructor(readonly ledger: Ledger, readonly reader: ReaderThread) {}

  /** Adds a process. Returns its id. */
  add(info: Omit<ProcessInfo, "role">): number {
    const above = this.#rows.findLast(({ pid }) => pid === info.parent);
    // What a fork server has forked has its command line, and does the program's work.
    const isCopy = String(above?.command) === String(info.command);
    const role = isCopy ? undefined : roleOf(info.command);
    const id = this.#rows.push(role === undefined ? info : { ...info, role }) - 1;
    this.#pids.add(info.pid);
    this.#tell(id);
    return id;
  }

  /** True if a process with this pid was ever sampled. */
  has(pid: number): boolean {
    return this.#pids.has(pid);
  }

  /** A process is not sampled any more. */
  end(id: number, endedUs: number, ending: ProcessEnding): void {
    const row = this.#rows[id]!;
    // It may have ended in the tick in which it was begun with.
    this.#rows[id] = { ...row, endedUs: Math.max(row.startedUs, endedUs), ending };
    this.#tell(id);
    const { quality } = this.#rows[id]!;
    this.#insist(() => writeTally(this.ledger.writer, id, quality));
  }

  /** Tells the counts of a process so far, if there is room. */
  tally(id: number, quality: Quality): void {
    writeTally(this.ledger.writer, id, quality);
  }

  #tell(id: number): void {
    this.#insist(() => writeProcess(this.ledger.writer, id, this.#rows[id]!));
  }

  #insist(write: () => boolean): void {
    while (!write()) this.reader.sleepUntil(this.reader.now() + TRY_AGAIN, 0);
  }
}

/** What a process is there for, by its command line. */
export function roleOf(command: readonly string[]): ProcessRole | undefined {
  const at = command.indexOf("-c");
  const code = at < 0 ? "" : command[at + 1] ?? "";
  return ROLES.find(([word]) => word.test(code))?.[1];
}
