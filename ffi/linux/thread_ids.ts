import { listThreads } from "./threads.ts";

/** Ids may pass to other threads: what is known of them is renewed after this time, ms. */
const LASTING_MS = 1000;

/**
 * Which thread it is that knows itself by an id. In a pid namespace of its own a process sees other ids
 * than we do (pid_namespaces(7)); `status` has both (proc_pid_status(5), NSpid).
 */
export class ThreadIds {
  /** The pid that the process knows itself by. */
  readonly ownPid: number;
  readonly #directory: string;
  readonly #nested: boolean;
  #known = new Map<number, number>();
  #readAt = -Infinity;

  /** @param directory the process's /proc/PID, as a path that stays with it */
  constructor(directory: string, pid: number) {
    this.#directory = directory;
    const ids = readIds(`${directory}/status`);
    this.#nested = ids.length > 1;
    this.ownPid = ids.at(-1) ?? pid;
  }

  /** Our id of a thread by its own; 0 when there is none. */
  threadBy(ownTid: number): number {
    if (!this.#nested) return ownTid;
    const known = this.#known.get(ownTid);
    const age = performance.now() - this.#readAt;
    if (known !== undefined && age < LASTING_MS) return known;
    this.#read();
    return this.#known.get(ownTid) ?? 0;
  }

  #read(): void {
    this.#known = new Map();
    for (const tid of listThreads(this.#directory)) {
      const own = readIds(`${this.#directory}/task/${tid}/status`).at(-1);
      if (own !== undefined) this.#known.set(own, tid);
    }
    this.#readAt = performance.now();
  }
}

/** The ids in all namespaces from ours inwards; none when it is gone, or the kernel (before 4.1) does not tell. */
function readIds(path: string): number[] {
  try {
    const ids = /^NSpid:\t(.+)$/m.exec(Deno.readTextFileSync(path))?.[1];
    return ids?.split("\t").map(Number) ?? [];
  } catch {
    return [];
  }
}
