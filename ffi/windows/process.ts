import {
  type ActivityWatch,
  type Module,
  NOT_THERE,
  type OpenFault,
  type Process,
  Ranges,
} from "../process.ts";
import type { WindowsHelper } from "../helper/functions.ts";
import { type FfiBuffer, loadWindowsHelper } from "../helper/library.ts";
import { WindowsActivityWatch } from "./activity.ts";
import { listModules } from "./module_list.ts";
import { WindowsModule } from "./modules.ts";
import { readText } from "./text.ts";

/** Errors of winerror.h. */
const ERROR_ACCESS_DENIED = 5;

const MOST_THREADS = 0x1_0000;

/**
 * Opens a process for reading, with no more rights than that takes. The right to open processes of other users
 * is taken into use only where it is needed, and there.
 */
export function openProcess(
  pid: number,
  helper: WindowsHelper = loadWindowsHelper(),
): Process | OpenFault {
  if (!Number.isInteger(pid) || pid <= 0 || pid > 0x7fff_ffff) {
    return { fault: "no-such-process", detail: `${pid} is not a pid` };
  }
  let handle = helper.tach_open_process(pid);
  if (handle === -ERROR_ACCESS_DENIED && helper.tach_enable_debug() === 1) {
    handle = helper.tach_open_process(pid);
  }
  if (handle < 0) {
    const fault = handle === -ERROR_ACCESS_DENIED ? "denied" : "no-such-process";
    return { fault, detail: `OpenProcess: error ${-handle}` };
  }
  const process = new WindowsProcess(helper, pid, handle);
  const fault = process.examine();
  if (fault === undefined) return process;
  process.close();
  return fault;
}

class WindowsProcess implements Process {
  readonly pid: number;
  readonly ownPid: number;
  readonly cannotVisit = true;
  readonly #helper: WindowsHelper;
  /** Stays with this process when another one gets the pid; 0 once closed, which is no handle. */
  #handle: number;
  readonly #one = new Ranges(1);
  #known = new Map<string, WindowsModule>();

  constructor(helper: WindowsHelper, pid: number, handle: number) {
    this.pid = this.ownPid = pid;
    this.#helper = helper;
    this.#handle = handle;
  }

  /** Why it cannot be read, if so. */
  examine(): OpenFault | undefined {
    if (!this.alive()) {
      return { fault: "no-such-process", detail: `process ${this.pid} has ended` };
    }
    if (this.#helper.tach_is_narrow(this.#handle) === 1) {
      return { fault: "unsupported-platform", detail: `process ${this.pid} is a 32-bit program` };
    }
    return undefined;
  }

  read(ranges: Ranges, into: Uint8Array): number {
    return this.#helper.tach_read(
      this.#handle,
      ranges.words as Uint32Array<ArrayBuffer>,
      ranges.count,
      into as FfiBuffer,
      into.length,
      ranges.gap,
    );
  }

  modules(): Module[] {
    const known = new Map<string, WindowsModule>();
    for (const { path, start } of listModules(this.#helper, this.#handle)) {
      const key = `${start} ${path}`;
      const read = (offset: number, length: number) => this.#bytesAt(start + offset, length);
      known.set(key, this.#known.get(key) ?? new WindowsModule(path, start, { read }));
    }
    this.#known = known;
    return [...known.values()];
  }

  threads(): number[] {
    if (!this.alive()) return [];
    for (let capacity = 256; capacity <= MOST_THREADS; capacity *= 4) {
      const tids = new Int32Array(capacity);
      const count = this.#helper.tach_threads(this.pid, tids as unknown as FfiBuffer, capacity);
      if (count <= capacity) return [...tids.subarray(0, Math.max(0, count))].sort((a, b) => a - b);
    }
    return [];
  }

  threadName(tid: number): string {
    const thread = this.#helper.tach_open_thread(tid);
    if (thread < 0) return "";
    const name = readText((into, capacity) =>
      this.#helper.tach_thread_name(thread, into, capacity)
    );
    this.#helper.tach_close(thread);
    return name ?? "";
  }

  threadBy(ownTid: number): number {
    return ownTid;
  }

  alive(): boolean {
    return this.#handle !== 0 && this.#helper.tach_alive(this.#handle) === 1;
  }

  /** Windows does not tell on which CPU a thread runs. */
  threadCpu(): number {
    return -1;
  }

  /** For the same reason nobody can go there. */
  visit(): number {
    return NOT_THERE;
  }

  leave(): boolean {
    return false;
  }

  watchActivity(tid: number): ActivityWatch {
    return new WindowsActivityWatch(this.#helper, tid);
  }

  close(): void {
    if (this.#handle === 0) return;
    this.#helper.tach_close(this.#handle);
    this.#handle = 0;
  }

  #bytesAt(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#one.clear();
    this.#one.push(address, length);
    return bytes.subarray(0, Math.max(0, this.read(this.#one, bytes)));
  }
}
