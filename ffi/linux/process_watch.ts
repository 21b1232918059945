import type { Kin, ProcessWatch } from "../process.ts";
import { listNames, readCommand, readText } from "./process_list.ts";

/** More new ids than this are not asked for one by one. */
const MOST_NEW = 512;
/** An id is handed out before its process can be seen: looks until it is given up. */
const PATIENCE = 8;
/** From one look at all processes to the next, ms, where nothing tells the newest. */
const RELIST_MS = 50;

/** Watches the processes that `/proc` shows. */
export function watchProcesses(): ProcessWatch {
  return new LinuxProcessWatch();
}

/**
 * The kernel says which id it has given last (`/proc/loadavg`, proc_loadavg(5)): while that is the same, no
 * process and no thread has begun, and else only few ids have to be looked at.
 */
class LinuxProcessWatch implements ProcessWatch {
  /** The newest id at the last look; 0: there was none, or none is told. */
  #newest = 0;
  #listedAt = -Infinity;
  /** Ids that nobody has been seen to have, and how often they are still to be looked at. */
  readonly #awaited = new Map<number, number>();

  fresh(): Kin[] {
    const newest = Number(/(\d+)\s*$/.exec(readText("/proc/loadavg"))?.[1] ?? 0);
    const before = this.#newest;
    if (newest === before && newest > 0 && this.#awaited.size === 0) return [];
    this.#newest = newest;
    if (before === 0 || newest < before || newest - before > MOST_NEW) return this.#list(newest);
    for (let id = before + 1; id <= newest; id++) this.#awaited.set(id, PATIENCE);
    const found: Kin[] = [];
    for (const [id, looks] of this.#awaited) {
      const kin = this.look(id);
      if (kin !== undefined || looks <= 1) this.#awaited.delete(id);
      else this.#awaited.set(id, looks - 1);
      if (kin !== undefined && isProcess(id)) found.push(kin);
    }
    return found;
  }

  look(pid: number): Kin | undefined {
    return parseKin(readText(`/proc/${pid}/stat`));
  }

  command(pid: number): string[] {
    return readCommand(`/proc/${pid}`);
  }

  /** All processes; where nothing tells the newest, not at every call. */
  #list(newest: number): Kin[] {
    const now = performance.now();
    if (newest === 0 && now - this.#listedAt < RELIST_MS) return [];
    this.#listedAt = now;
    return listNames("/proc").filter((name) => /^\d+$/.test(name))
      .map((name) => this.look(Number(name))).filter((kin) => kin !== undefined);
  }
}

/** Threads have a directory, too, that only its listing hides. */
function isProcess(id: number): boolean {
  const group = /^Tgid:\t(\d+)$/m.exec(readText(`/proc/${id}/status`))?.[1];
  return group === String(id);
}

/**
 * What a line of /proc/PID/stat says (proc_pid_stat(5)). Where the stack and the arguments begin is chosen
 * at random when a program is started, and stays the same in what it forks.
 */
export function parseKin(line: string): Kin | undefined {
  // The name, in parentheses, may contain anything.
  const open = line.indexOf("(");
  const close = line.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const fields = line.slice(close + 2).trim().split(" ");
  const field = (number: number): string => fields[number - 3] ?? "0";
  const [stack, argument] = [field(28), field(48)];
  return {
    pid: Number(line.slice(0, open)),
    parent: Number(field(4)),
    group: Number(field(5)),
    session: Number(field(6)),
    // Without the right to trace the process, 0 or 1 stands there.
    image: Number(stack) > 1 && Number(argument) > 1 ? `${stack} ${argument}` : "",
    ended: /^[ZXx]/.test(fields[0] ?? "") && Number(field(20)) <= 1,
  };
}
