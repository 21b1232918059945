/** A macOS that is made up: it answers as the kernel does, byte for byte, about processes that tests describe. */
import { type Address, type Ranges, UNMAPPED } from "../../ffi/process.ts";
import type { MachCalls } from "../../ffi/macos/calls.ts";
import { type MachO, readMachO } from "../../ffi/macos/macho.ts";
import {
  ALL_IMAGE_INFOS,
  BSD_INFO,
  DYLD_INFO,
  ERRNO,
  FLAVOR,
  IMAGE_INFO,
  KERN,
  REGION_INFO,
  TASK_DYLD_INFO,
  TASK_INFO,
  THREAD_INFO,
  view,
} from "../../ffi/macos/structs.ts";
import { Image } from "../cpython/image.ts";

/** A thread of a made-up process. */
export interface FakeThread {
  readonly tid: number;
  readonly name?: string;
  /** As <mach/thread_info.h> counts them. */
  state: number;
}

/** A made-up process. What is not said is that of a living one of ours. */
export interface FakeProcess {
  readonly pid: number;
  readonly parent?: number;
  readonly path?: string;
  readonly words?: readonly string[];
  readonly environment?: readonly string[];
  readonly name?: string;
  readonly user?: number;
  readonly group?: number;
  /** Its terminal, and the group that this listens to. */
  readonly terminal?: { readonly device: number; readonly group: number };
  readonly memory?: Image;
  readonly threads?: readonly FakeThread[];
  /** What is mapped, from the lowest address on. */
  readonly regions?: readonly { address: number; size: number; path?: string }[];
  readonly signing?: number;
  readonly entitlements?: string;
  startedUs?: number;
  status?: number;
  /** What the kernel answers when its task is asked for. */
  refusal?: number;
  /** Nothing is told of it but what everybody may know. */
  hidden?: boolean;
  /** Where dyld keeps its list. */
  dyld?: Address;
}

const RUNNING = 2;
const PAGE = 4096;

/** A system with some processes. */
export class FakeMac implements MachCalls {
  readonly processes = new Map<number, FakeProcess>();
  /** Rights that were given and not given back. */
  readonly tasks = new Map<number, FakeProcess>();
  /** Called before each read. */
  beforeRead: (() => void) | undefined;
  #nextTask = 0x1003;
  /** How often each was given. */
  readonly #counts = new Map<number, number>();

  constructor(...processes: readonly FakeProcess[]) {
    for (const process of processes) this.processes.set(process.pid, process);
  }

  taskOpen(pid: number): number {
    const process = this.processes.get(pid);
    if (process === undefined) return -KERN.KERN_FAILURE;
    if (process.refusal !== undefined) return -process.refusal;
    // A right that is held already comes by the same name.
    for (const [task, held] of this.tasks) {
      if (held === process) {
        this.#counts.set(task, this.#counts.get(task)! + 1);
        return task;
      }
    }
    const task = this.#nextTask += 0x100;
    this.tasks.set(task, process);
    this.#counts.set(task, 1);
    return task;
  }

  taskClose(task: number): void {
    const count = this.#counts.get(task);
    if (count === undefined) throw new Error(`no right ${task} is held`);
    this.#counts.set(task, count - 1);
    if (count > 1) return;
    this.#counts.delete(task);
    this.tasks.delete(task);
  }

  taskRead(task: number, ranges: Ranges, into: Uint8Array): number {
    this.beforeRead?.();
    const process = this.#live(task);
    if (process === undefined) return -KERN.MACH_SEND_INVALID_DEST;
    const result = process.memory?.read(ranges, into) ?? UNMAPPED;
    return result === UNMAPPED ? -KERN.KERN_INVALID_ADDRESS : result;
  }

  taskInfo(task: number, flavor: number, into: Uint8Array): number {
    const process = this.#live(task);
    if (process === undefined) return -KERN.MACH_SEND_INVALID_DEST;
    if (flavor !== TASK_DYLD_INFO) return -KERN.KERN_INVALID_ARGUMENT;
    const answer = view(into);
    answer.setBigUint64(DYLD_INFO.all_image_info_addr, BigInt(process.dyld ?? 0), true);
    answer.setUint32(DYLD_INFO.all_image_info_format, 1, true);
    return DYLD_INFO.size;
  }

  taskThreads(task: number, ids: Float64Array): number {
    const process = this.#live(task);
    if (process === undefined) return -KERN.MACH_SEND_INVALID_DEST;
    const threads = process.threads ?? [];
    threads.slice(0, ids.length).forEach(({ tid }, index) => ids[index] = tid);
    return threads.length;
  }

  processInfo(pid: number, flavor: number, argument: number, into: Uint8Array): number {
    const process = this.processes.get(pid);
    if (process === undefined) return -ERRNO.ESRCH;
    if (flavor === FLAVOR.PROC_PIDTBSDINFO) return tellBsd(process, into);
    if (process.hidden === true) return -ERRNO.EPERM;
    if (flavor === FLAVOR.PROC_PIDTASKINFO) return tellTask(process, into);
    if (flavor === FLAVOR.PROC_PIDTHREADID64INFO) return tellThread(process, argument, into);
    return flavor === FLAVOR.PROC_PIDREGIONPATHINFO
      ? tellRegion(process, argument, into)
      : -ERRNO.EINVAL;
  }

  processIds(into: Int32Array): number {
    const pids = [...this.processes.keys()].slice(0, into.length);
    into.set(pids);
    return pids.length;
  }

  processPath(pid: number, into: Uint8Array): number {
    const path = this.processes.get(pid)?.path;
    return path === undefined ? -ERRNO.ESRCH : put(into, 0, path);
  }

  processWords(pid: number, into: Uint8Array): number {
    const process = this.processes.get(pid);
    if (process?.words === undefined || process.hidden === true) return -ERRNO.EINVAL;
    const { words, path = "", environment = [] } = process;
    view(into).setUint32(0, words.length, true);
    const text = `${path}\0\0\0\0${[...words, ...environment].join("\0")}\0`;
    return 4 + put(into, 4, text);
  }

  signingFlags(pid: number): number {
    return this.processes.get(pid)?.signing ?? -ERRNO.EINVAL;
  }

  entitlements(pid: number, into: Uint8Array): number {
    const text = this.processes.get(pid)?.entitlements;
    return text === undefined ? -ERRNO.EINVAL : put(into, 8, text) + 8;
  }

  unitMs(): number {
    return 125 / 3 / 1e6;
  }

  /** The process that a right is for, as long as it is the one that it was given for. */
  #live(task: number): FakeProcess | undefined {
    const process = this.tasks.get(task);
    return process !== undefined && this.processes.get(process.pid) === process
      ? process
      : undefined;
  }
}

function tellBsd(process: FakeProcess, into: Uint8Array): number {
  const { pid, parent = 1, user = 501, startedUs = 1_700_000_000_250_000 } = process;
  const { status = RUNNING, name = "", path = "" } = process;
  into.fill(0);
  const answer = view(into);
  answer.setUint32(BSD_INFO.pbi_status, status, true);
  answer.setUint32(BSD_INFO.pbi_pid, pid, true);
  answer.setUint32(BSD_INFO.pbi_ppid, parent, true);
  for (const at of [BSD_INFO.pbi_uid, BSD_INFO.pbi_ruid, BSD_INFO.pbi_svuid]) {
    answer.setUint32(at, user, true);
  }
  for (const at of [BSD_INFO.pbi_gid, BSD_INFO.pbi_rgid, BSD_INFO.pbi_svgid]) {
    answer.setUint32(at, 20, true);
  }
  answer.setUint32(BSD_INFO.pbi_pgid, process.group ?? pid, true);
  answer.setUint32(BSD_INFO.e_tdev, process.terminal?.device ?? 0xffff_ffff, true);
  answer.setUint32(BSD_INFO.e_tpgid, process.terminal?.group ?? 0, true);
  put(into, BSD_INFO.pbi_comm, path.slice(path.lastIndexOf("/") + 1).slice(0, 15));
  put(into, BSD_INFO.pbi_name, name.slice(0, 31));
  answer.setBigUint64(BSD_INFO.pbi_start_tvsec, BigInt(Math.floor(startedUs / 1e6)), true);
  answer.setBigUint64(BSD_INFO.pbi_start_tvusec, BigInt(startedUs % 1e6), true);
  return BSD_INFO.size;
}

/** Two seconds in programs, one in the kernel: on Apple's own processors 24 units a microsecond. */
function tellTask(process: FakeProcess, into: Uint8Array): number {
  const answer = view(into);
  answer.setBigUint64(TASK_INFO.pti_total_user, 48_000_000n, true);
  answer.setBigUint64(TASK_INFO.pti_total_system, 24_000_000n, true);
  answer.setInt32(TASK_INFO.pti_threadnum, process.threads?.length ?? 1, true);
  return TASK_INFO.size;
}

function tellThread(process: FakeProcess, tid: number, into: Uint8Array): number {
  const thread = process.threads?.find((one) => one.tid === tid);
  if (thread === undefined) return -ERRNO.ESRCH;
  into.fill(0);
  view(into).setInt32(THREAD_INFO.pth_run_state, thread.state, true);
  put(into, THREAD_INFO.pth_name, thread.name ?? "");
  return THREAD_INFO.size;
}

/** The region at an address, or the next one above it. */
function tellRegion(process: FakeProcess, address: number, into: Uint8Array): number {
  const region = process.regions?.find((one) => one.address + one.size > address);
  if (region === undefined) return -ERRNO.EINVAL;
  into.fill(0);
  const answer = view(into);
  answer.setUint32(REGION_INFO["prp_prinfo.pri_protection"], 5, true);
  answer.setBigUint64(REGION_INFO["prp_prinfo.pri_address"], BigInt(region.address), true);
  answer.setBigUint64(REGION_INFO["prp_prinfo.pri_size"], BigInt(region.size), true);
  put(into, REGION_INFO["prp_vip.vip_path"], region.path ?? "");
  return REGION_INFO.size;
}

function put(into: Uint8Array, at: number, text: string): number {
  const bytes = new TextEncoder().encode(text).subarray(0, into.length - at);
  into.set(bytes, at);
  return bytes.length;
}

/** Puts the list of what dyld has loaded into a process's memory. @returns where it is. */
export function placeImages(
  memory: Image,
  at: Address,
  images: readonly { readonly address: Address; readonly path: string }[],
): Address {
  const list = at + 256;
  memory.map(at, 256 + images.length * (IMAGE_INFO.size + 1024));
  memory.write(at + ALL_IMAGE_INFOS.infoArrayCount, Uint8Array.of(images.length));
  memory.poke(at + ALL_IMAGE_INFOS.infoArray, list);
  let text = list + images.length * IMAGE_INFO.size;
  images.forEach(({ address, path }, index) => {
    const bytes = new TextEncoder().encode(`${path}\0`);
    memory.write(text, bytes);
    memory.poke(list + index * IMAGE_INFO.size + IMAGE_INFO.imageLoadAddress, address);
    memory.poke(list + index * IMAGE_INFO.size + IMAGE_INFO.imageFilePath, text);
    text += bytes.length;
  });
  return at;
}

/** Maps a Mach-O file as the kernel and dyld do, its first byte at `start`; `without` one of its segments. */
export function mapFile(
  memory: Image,
  bytes: Uint8Array,
  start: Address,
  without?: string,
): MachO {
  const file = readMachO({ read: (at, length) => bytes.subarray(at, at + length) })!;
  const base = file.segments.find(({ name }) => name === "__TEXT")!.address;
  for (const { name, address, size, offset, fileSize } of file.segments) {
    if (name === without || name === "__PAGEZERO") continue;
    memory.map(start + address - base, Math.ceil(size / PAGE) * PAGE);
    memory.write(start + address - base, bytes.subarray(offset, offset + fileSize));
  }
  return file;
}
