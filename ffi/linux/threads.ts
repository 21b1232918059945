import type { LinuxHelper } from "../helper/functions.ts";

/** More threads than this are not kept open at once: programs may have 1024 descriptors. */
const MOST_OPEN = 256;

/** Ids of a process's threads in ascending order; empty when it is gone. */
export function listThreads(directory: string): number[] {
  const tids: number[] = [];
  try {
    for (const entry of Deno.readDirSync(`${directory}/task`)) tids.push(Number(entry.name));
  } catch {
    return [];
  }
  return tids.sort((a, b) => a - b);
}

/** The name of a thread; empty when it is gone, or is called like the process's first thread. */
export function readThreadName(directory: string, pid: number, tid: number): string {
  try {
    const name = Deno.readTextFileSync(`${directory}/task/${tid}/comm`);
    const first = Deno.readTextFileSync(`${directory}/task/${pid}/comm`);
    return name === first ? "" : name.replace(/\n$/, "");
  } catch {
    return "";
  }
}

/** The stat files of a process's threads, kept open so that asking for a CPU costs one read. */
export class ThreadStats {
  readonly #helper: LinuxHelper;
  #process: number;
  /** tid → descriptor, the one opened longest ago first. */
  readonly #descriptors = new Map<number, number>();

  /** @param process descriptor of the process's directory */
  constructor(helper: LinuxHelper, process: number) {
    this.#helper = helper;
    this.#process = process;
  }

  /** The descriptor of a thread's stat file, negative when it is gone. */
  descriptor(tid: number): number {
    return this.#descriptors.get(tid) ?? this.#open(tid);
  }

  /** The CPU on which a thread runs or ran last; −1 when it is gone. */
  cpu(tid: number): number {
    const descriptor = this.descriptor(tid);
    if (descriptor < 0) return -1;
    const cpu = this.#helper.tach_task_cpu(descriptor);
    if (cpu < 0) this.#close(tid, descriptor);
    return cpu;
  }

  close(): void {
    for (const [tid, descriptor] of this.#descriptors) this.#close(tid, descriptor);
    this.#process = -1;
  }

  #open(tid: number): number {
    // 0 would be the process itself.
    if (!Number.isInteger(tid) || tid <= 0) return -1;
    for (const [oldTid, old] of this.#descriptors) {
      if (this.#descriptors.size < MOST_OPEN) break;
      this.#close(oldTid, old);
    }
    const descriptor = this.#helper.tach_open_stat(this.#process, tid);
    if (descriptor >= 0) this.#descriptors.set(tid, descriptor);
    return descriptor;
  }

  #close(tid: number, descriptor: number): void {
    this.#descriptors.delete(tid);
    this.#helper.tach_close(descriptor);
  }
}
