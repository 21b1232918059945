import { isOpen, type Kin, type Platform, type Process } from "../../ffi/process.ts";
import { MemoryReader } from "../cpython/memory.ts";
import { findRuntime, isRunning, NOT_STARTED, type Runtime } from "../cpython/runtime.ts";
import { listThreads } from "../cpython/thread_list.ts";

/** From one look at a process that may start another program to the next, µs; and at one that is starting. */
const IDLE = 8_000;
const STARTING = 1_000;
/** From one offer of a Python that is not taken to the next, µs. */
const OFFER_AGAIN = 250_000;
/** After this time what stands in the way is taken to stay there, µs. */
const PASSING = 300_000;
/** Longest time from one search of the same program for an interpreter to the next, µs. */
const LONGEST_SEARCH = 1_000_000;
/** More than so many are looked at less often. */
const MANY = 32;
/** After this time an interpreter that does not come up is no longer waited for every moment, µs. */
const STARTUP = 2_000_000;

/** A Python that can be sampled from now on. */
export interface Ready {
  readonly process: Process;
  readonly runtime: Runtime;
}

/** Why a process is not sampled. */
export interface Unread {
  readonly fault: string;
  readonly detail: string;
}

/** A process of the program that is no Python, or none yet. */
export class Candidate {
  /** When it is to be looked at next, µs on the reader's clock. */
  dueAt = 0;
  /** Present while something stands in the way of sampling it. */
  unread: Unread | undefined;
  #process: Process | undefined;
  #runtime: Runtime | undefined;
  #image = "";
  /** When it was seen first with this image, µs on the reader's clock; 0: never yet. */
  #since = 0;
  #searchAt = 0;
  #searchPause = STARTING;

  constructor(readonly platform: Platform, readonly pid: number) {}

  /**
   * Looks what has become of it.
   * @param kin what is told of it now.
   * @param copied interpreter of the process that it is a copy of, if it is one.
   * @param many how many there are to be looked at.
   */
  look(now: number, kin: Kin, copied: Runtime | undefined, many: number): Ready | undefined {
    if (kin.image !== this.#image || this.#since === 0) this.#begin(now, kin.image);
    const ready = this.#search(now, copied);
    const starts = this.#runtime !== undefined || this.#searchPause === STARTING;
    const soon = starts && now - this.#since < STARTUP;
    this.dueAt = now + (soon ? STARTING : Math.max(IDLE, many * IDLE / MANY));
    return ready;
  }

  /** True while it is not long ago that it has started a program. */
  isYoung(now: number, most: number): boolean {
    return this.#since === 0 || now - this.#since < most;
  }

  /** Closes what is held open of it, unless that was handed on. */
  close(): void {
    this.#process?.close();
    this.#process = undefined;
  }

  /** It runs another program than before. */
  #begin(now: number, image: string): void {
    this.close();
    this.#image = image;
    this.#since = now;
    this.#searchAt = 0;
    this.#searchPause = STARTING;
    this.#runtime = undefined;
    this.unread = undefined;
  }

  #search(now: number, copied: Runtime | undefined): Ready | undefined {
    if (this.#runtime === undefined && now < this.#searchAt) return undefined;
    const process = this.#open();
    if (process === undefined) return undefined;
    this.#runtime ??= copied === undefined
      ? this.#find(now, process)
      : { ...copied, process, reader: new MemoryReader(process) };
    const runtime = this.#runtime;
    if (runtime === undefined || !isRunning(runtime)) return undefined;
    // A copy that is about to start another program shares the memory of the one that it is a copy of.
    if (!listThreads(runtime).some(({ tid }) => tid !== 0)) return undefined;
    // If it is not taken now, it is offered again.
    this.#process = this.#runtime = undefined;
    this.#searchAt = now + OFFER_AGAIN;
    return { process, runtime };
  }

  #open(): Process | undefined {
    if (this.#process !== undefined) return this.#process;
    const opened = this.platform.open(this.pid);
    if (isOpen(opened)) return this.#process = opened;
    if (opened.fault !== "no-such-process") this.unread = opened;
    return undefined;
  }

  #find(now: number, process: Process): Runtime | undefined {
    const found = findRuntime(process, false);
    if (!("fault" in found)) {
      this.unread = undefined;
      return found;
    }
    const starting = found.detail === NOT_STARTED && now - this.#since < STARTUP;
    this.#searchPause = starting ? STARTING : Math.min(this.#searchPause * 2, LONGEST_SEARCH);
    this.#searchAt = now + this.#searchPause;
    const passes = found.fault !== "unsupported-version" && now - this.#since < PASSING;
    this.unread = found.fault === "not-python" || passes ? undefined : found;
    return undefined;
  }
}
