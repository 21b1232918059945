import {
  type ActivityWatch,
  type Address,
  DENIED,
  GONE,
  type Module,
  NOT_THERE,
  type OpenFault,
  type Process,
  Ranges,
  UNMAPPED,
} from "../process.ts";
import { MacActivityWatch, readThreadName } from "./activity.ts";
import { type MachCalls, systemCalls } from "./calls.ts";
import { listImages, readPath } from "./images.ts";
import { MacModule } from "./modules.ts";
import { type BsdFacts, readFacts } from "./process_facts.ts";
import { ERRNO, KERN } from "./structs.ts";

/** What a dead right to a task, or one to a task that has ended or is ending, is answered with. */
const DEAD: readonly number[] = [
  KERN.MACH_SEND_INVALID_DEST,
  KERN.KERN_INVALID_ARGUMENT,
  KERN.KERN_INVALID_NAME,
  KERN.KERN_INVALID_RIGHT,
  KERN.KERN_INVALID_TASK,
  KERN.KERN_TERMINATED,
];
const MOST_THREADS = 0x1_0000;

/**
 * Opens a process for reading: asks for the right to its task (`task_for_pid`), which also gives the right to
 * stop it; the kernel has no lesser one that reads. It decides by user, by what we and the target were signed
 * with, and by System Integrity Protection.
 */
export function openProcess(pid: number, calls: MachCalls = systemCalls()): Process | OpenFault {
  if (!Number.isInteger(pid) || pid <= 0 || pid > 0x7fff_ffff) {
    return { fault: "no-such-process", detail: `${pid} is not a pid` };
  }
  const facts = readFacts(calls, pid);
  if (typeof facts === "number") {
    const detail = `proc_pidinfo: errno ${-facts}`;
    return facts === -ERRNO.EPERM
      ? { fault: "denied", detail }
      : { fault: "no-such-process", detail };
  }
  if (facts.ended) {
    return { fault: "no-such-process", detail: `process ${pid} has ended (zombie)` };
  }
  const task = calls.taskOpen(pid);
  if (task > 0) return new MacProcess(calls, facts, task);
  // The kernel says the same of processes that are gone and those that we may not read.
  const still = readFacts(calls, pid);
  return typeof still === "number" || still.ended
    ? { fault: "no-such-process", detail: "it ended while being opened" }
    : { fault: "denied", detail: `task_for_pid: kern_return_t ${-task}` };
}

class MacProcess implements Process {
  readonly pid: number;
  readonly ownPid: number;
  readonly cannotVisit = true;
  readonly #calls: MachCalls;
  readonly #startedUs: number;
  /**
   * The right to its task; it stays with this task whoever gets the pid, and dies when the process starts
   * another program, which has a task of its own. 0 when it was given back.
   */
  #task: number;
  readonly #one = new Ranges(1);
  #known = new Map<string, MacModule>();
  /** The right is dead, and there is no other to be had. */
  #isLost = false;

  constructor(calls: MachCalls, { pid, startedUs }: BsdFacts, task: number) {
    this.#calls = calls;
    this.pid = this.ownPid = pid;
    this.#startedUs = startedUs;
    this.#task = task;
  }

  read(ranges: Ranges, into: Uint8Array): number {
    if (this.#task === 0 || this.#isLost) return GONE;
    let result = this.#calls.taskRead(this.#task, ranges, into);
    if (DEAD.includes(-result) && this.#renew()) {
      result = this.#calls.taskRead(this.#task, ranges, into);
    }
    return result >= 0 ? result : this.#failureOf(-result);
  }

  modules(): Module[] {
    if (this.#task === 0) return [];
    const memory = (at: Address, length: number): Uint8Array => this.#bytesUpTo(at, length);
    const known = new Map<string, MacModule>();
    let images = listImages(this.#calls, this.#task, memory);
    if (images === undefined && this.#renew()) {
      images = listImages(this.#calls, this.#task, memory);
    }
    for (const { address, pathAddress } of images ?? []) {
      const key = `${address} ${pathAddress}`;
      const module = this.#known.get(key) ??
        new MacModule(readPath(memory, pathAddress), address, memory);
      known.set(key, module);
    }
    this.#known = known;
    return [...known.values()];
  }

  threads(): number[] {
    if (this.#task === 0) return [];
    for (let room = 64; room <= MOST_THREADS; room *= 4) {
      const ids = new Float64Array(room);
      const count = this.#calls.taskThreads(this.#task, ids);
      if (count <= room) return [...ids.subarray(0, Math.max(0, count))].sort((a, b) => a - b);
    }
    return [];
  }

  /** Ids of threads are the same everywhere in the system. */
  threadBy(ownTid: number): number {
    return ownTid;
  }

  threadName(tid: number): string {
    return readThreadName(this.#calls, this.pid, tid);
  }

  alive(): boolean {
    if (this.#task === 0 || this.#isLost) return false;
    const facts = readFacts(this.#calls, this.pid);
    return typeof facts !== "number" && !facts.ended && facts.startedUs === this.#startedUs;
  }

  /** macOS does not tell. */
  threadCpu(): number {
    return -1;
  }

  watchActivity(tid: number): ActivityWatch {
    return new MacActivityWatch(this.#calls, this.pid, tid);
  }

  /** macOS lets no thread choose its CPU. */
  visit(): number {
    return NOT_THERE;
  }

  leave(): boolean {
    return false;
  }

  close(): void {
    if (this.#task !== 0) this.#calls.taskClose(this.#task);
    this.#task = 0;
  }

  /**
   * Gets the right to the task that the process has now. Many an interpreter of macOS is a small program that
   * starts the real one in its own place.
   * @returns false if there is no other.
   */
  #renew(): boolean {
    const before = this.#task;
    const task = this.alive() ? this.#calls.taskOpen(this.pid) : 0;
    if (task > 0) this.#calls.taskClose(before);
    else this.#isLost = true;
    if (task > 0) this.#task = task;
    // A right that we have already comes by the same name, and is counted.
    return task > 0 && task !== before;
  }

  /** While a process ends its memory goes before its right does. */
  #failureOf(code: number): number {
    if (!this.alive()) return GONE;
    return code === KERN.KERN_DENIED || code === KERN.KERN_FAILURE ? DENIED : UNMAPPED;
  }

  #bytesUpTo(address: Address, length: number): Uint8Array {
    if (!Number.isSafeInteger(address) || address <= 0 || length <= 0) return new Uint8Array(0);
    const bytes = new Uint8Array(length);
    this.#one.clear();
    this.#one.push(address, length);
    return bytes.subarray(0, Math.max(0, this.read(this.#one, bytes)));
  }
}
