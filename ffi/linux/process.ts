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
  type Visiting,
} from "../process.ts";
import type { LinuxHelper } from "../helper/functions.ts";
import { type FfiBuffer, loadLinuxHelper } from "../helper/library.ts";
import { LinuxActivityWatch } from "./activity.ts";
import { EACCES, ENOSYS, EPERM, ESRCH, failureOf, visitedBy } from "./errno.ts";
import { mappedFiles, type Mapping, parseMaps } from "./maps.ts";
import { LinuxModule } from "./modules.ts";
import { type MemoryReader, openMappedFile } from "./target_file.ts";
import { ThreadIds } from "./thread_ids.ts";
import { RseqAreas } from "./rseq.ts";
import { listThreads, readThreadName, ThreadStats } from "./threads.ts";
import { tryVisits } from "./visit_trial.ts";

/** What a visit takes of the target's time, with `/proc` or a thread's rseq area to say where it runs; µs. */
const VISIT_US = 8;
const SHORT_VISIT_US = 5;

type Sheet = Float64Array<ArrayBuffer>;
type Stacks = Int32Array<ArrayBuffer>;

const PTRACE_SCOPE = "/proc/sys/kernel/yama/ptrace_scope";

/**
 * Opens a process for reading. That we may read it is tried on a byte of its memory: the kernel
 * decides by user, capabilities, dumpability and security modules (ptrace(2), "Ptrace access mode
 * checking"). A kernel thread opens, without memory and modules.
 */
export function openProcess(pid: number): Process | OpenFault {
  if (!Number.isInteger(pid) || pid <= 0 || pid > 0x7fff_ffff) {
    return { fault: "no-such-process", detail: `${pid} is not a pid` };
  }
  const foreign = describeForeignProc();
  if (foreign !== undefined) return { fault: "unsupported-platform", detail: foreign };
  const helper = loadLinuxHelper();
  const directory = helper.tach_open_process(pid);
  if (directory < 0) return explainMissing(pid, -directory);
  const stat = helper.tach_open_stat(directory, 0);
  if (stat < 0) {
    helper.tach_close(directory);
    return explainMissing(pid, -stat);
  }
  const process = new LinuxProcess(helper, pid, directory, stat);
  const fault = process.examine();
  if (fault === undefined) return process;
  process.close();
  return fault;
}

/**
 * Where `/proc` belongs to another pid namespace than we do, its pids are not those that system calls
 * know: what is read and what is looked at would be two processes.
 */
function describeForeignProc(): string | undefined {
  try {
    const self = Deno.readLinkSync("/proc/self");
    return self === String(Deno.pid) ? undefined : "/proc belongs to another pid namespace";
  } catch {
    return "there is no /proc, or not that of this pid namespace";
  }
}

function explainMissing(pid: number, errno: number): OpenFault {
  const detail = `open /proc/${pid}: errno ${errno}`;
  if (errno === EACCES || errno === EPERM) return { fault: "denied", detail };
  if (errno === ENOSYS) {
    return { fault: "unsupported-platform", detail: `/proc shows no process ${pid}` };
  }
  return { fault: "no-such-process", detail };
}

class LinuxProcess implements Process {
  readonly pid: number;
  readonly #helper: LinuxHelper;
  /** Descriptor of /proc/PID: stays with this process when another one gets the pid. */
  #directory: number;
  #path: string;
  #stat: number;
  /** A thread that has the memory: the first one, unless that ended before its siblings. */
  #member: number;
  readonly #threads: ThreadStats;
  readonly #ids: ThreadIds;
  readonly #rseq: RseqAreas;
  readonly #one = new Ranges(1);
  #known = new Map<string, LinuxModule>();
  /** The visit that is planned: its number, 0 for none, and what it is to read. */
  #plan = 0;
  #plannedTid = 0;
  #plannedCount = 0;
  #plannedRanges: Ranges | undefined;
  #plannedInto: Uint8Array | undefined;

  constructor(helper: LinuxHelper, pid: number, directory: number, stat: number) {
    this.pid = pid;
    this.#helper = helper;
    this.#directory = directory;
    this.#path = `/proc/self/fd/${directory}`;
    this.#stat = stat;
    this.#member = pid;
    this.#threads = new ThreadStats(helper, directory);
    this.#ids = new ThreadIds(this.#path, pid);
    this.#rseq = new RseqAreas(() => this.modules(), (at, length) => this.#bytesAt(at, length));
  }

  /** Why it cannot be read, if so. */
  examine(): OpenFault | undefined {
    if (!this.alive()) {
      return { fault: "no-such-process", detail: `process ${this.pid} has ended (zombie)` };
    }
    let mapping: Mapping | undefined;
    try {
      const leader = /^Tgid:\t(\d+)$/m.exec(Deno.readTextFileSync(`${this.#path}/status`))?.[1];
      if (leader !== undefined && Number(leader) !== this.pid) {
        const detail = `${this.pid} is a thread of process ${leader}`;
        return { fault: "no-such-process", detail };
      }
      mapping = this.#mappings().find((mapping) => mapping.readable);
    } catch (error) {
      if (!this.alive()) return { fault: "no-such-process", detail: "it ended while being opened" };
      return { fault: "denied", detail: `/proc/${this.pid}/maps: ${describe(error)}` };
    }
    if (mapping === undefined) return undefined;
    const result = this.#readAt(mapping.start, new Uint8Array(1));
    if (result === DENIED) {
      return { fault: "denied", detail: `process_vm_readv: refused${describePtraceScope()}` };
    }
    if (result === GONE) return { fault: "no-such-process", detail: "it ended while being opened" };
    return undefined;
  }

  read(ranges: Ranges, into: Uint8Array): number {
    let result = this.#readOnce(ranges, into);
    if (result === -ESRCH && this.#changeMember()) result = this.#readOnce(ranges, into);
    return result >= 0 ? result : failureOf(-result);
  }

  modules(): Module[] {
    let executable = "";
    let mappings: Mapping[];
    try {
      mappings = this.#mappings();
      executable = Deno.readLinkSync(`${this.#memberPath()}/exe`);
    } catch {
      return [];
    }
    const known = new Map<string, LinuxModule>();
    for (const file of mappedFiles(mappings, executable)) {
      const key = `${file.mappings[0]?.start} ${file.device} ${file.inode} ${file.path}`;
      const memory: MemoryReader = (at, length) => this.#bytesAt(at, length);
      const open = () => openMappedFile(this.#memberPath(), file, memory);
      known.set(key, this.#known.get(key) ?? new LinuxModule(file, open, memory));
    }
    this.#known = known;
    return [...known.values()];
  }

  threads(): number[] {
    return listThreads(this.#path);
  }

  threadName(tid: number): string {
    return readThreadName(this.#path, this.pid, tid);
  }

  get ownPid(): number {
    return this.#ids.ownPid;
  }

  threadBy(ownTid: number): number {
    return this.#ids.threadBy(ownTid);
  }

  alive(): boolean {
    return this.#helper.tach_alive(this.#stat) === 1;
  }

  threadCpu(tid: number): number {
    return this.#threads.cpu(tid);
  }

  visitUs(tid: number): number {
    return this.#rseq.of(tid) === 0 ? VISIT_US : SHORT_VISIT_US;
  }

  get visitsTook(): number {
    return this.#helper.tach_visits_took();
  }

  get visitsMade(): number {
    return this.#helper.tach_visits_made();
  }

  tryVisits(tid: number, at: Address): number | undefined {
    return tryVisits(this, this.#helper, tid, at);
  }

  visit(tid: number, ranges: Ranges, into: Uint8Array, { linger, patienceUs }: Visiting): number {
    if (!linger && this.#isPlanned(tid, ranges, into)) return this.#join(patienceUs);
    this.#plan = 0;
    const stat = this.#threads.descriptor(tid);
    if (stat < 0) {
      this.drop();
      return NOT_THERE;
    }
    const result = this.#helper.tach_visit(
      stat,
      this.#rseq.of(tid),
      this.#member,
      this.#stat,
      ranges.words as Uint32Array<ArrayBuffer>,
      ranges.count,
      into as FfiBuffer,
      into.length,
      ranges.gap,
      linger ? 1 : 0,
      patienceUs,
    );
    return visitedBy(result);
  }

  plan(tid: number, ranges: Ranges, into: Uint8Array, at: number): boolean {
    const stat = this.#threads.descriptor(tid);
    if (stat < 0 || ranges.gap !== 0) return false;
    this.#plan = this.#helper.tach_visit_plan(
      stat,
      this.#rseq.of(tid),
      this.#member,
      ranges.words as Uint32Array<ArrayBuffer>,
      ranges.count,
      into as FfiBuffer,
      into.length,
      at,
    );
    this.#plannedTid = tid;
    this.#plannedCount = ranges.count;
    this.#plannedRanges = ranges;
    this.#plannedInto = into;
    return this.#plan > 0;
  }

  planRound(tid: number, ranges: Ranges, places: Uint8Array, sheet: Float64Array): boolean {
    this.#plan = 0;
    const stat = this.#threads.descriptor(tid);
    if (stat < 0 || ranges.gap !== 0) return false;
    return this.#helper.tach_round_plan(
      stat,
      this.#rseq.of(tid),
      this.#member,
      this.#stat,
      ranges.words as Uint32Array<ArrayBuffer>,
      ranges.count,
      places as FfiBuffer,
      sheet as Sheet,
    ) === 1;
  }

  joinRound(until: number, patienceUs: number): void {
    this.#helper.tach_round_join(until, patienceUs);
  }

  recallRound(sheet: Float64Array, memory: Uint8Array, stacks: Int32Array): void {
    this.#helper.tach_round_recall(sheet as Sheet, memory as FfiBuffer, stacks as Stacks);
  }

  rememberRound(sheet: Float64Array, memory: Uint8Array, visit: number, stack: number): void {
    this.#helper.tach_round_remember(sheet as Sheet, memory as FfiBuffer, visit, stack);
  }

  drop(): void {
    this.#plan = 0;
    this.#helper.tach_visit_drop();
  }

  #isPlanned(tid: number, ranges: Ranges, into: Uint8Array): boolean {
    return this.#plan > 0 && ranges === this.#plannedRanges &&
      ranges.count === this.#plannedCount &&
      into === this.#plannedInto && tid === this.#plannedTid;
  }

  /** Takes what a planned visit has read. */
  #join(patienceUs: number): number {
    const plan = this.#plan;
    this.#plan = 0;
    return visitedBy(this.#helper.tach_visit_join(plan, this.#stat, patienceUs));
  }

  introduce(tid: number, descriptor: Address): void {
    this.#rseq.introduce(tid, descriptor);
  }

  watchActivity(tid: number, futex: boolean): ActivityWatch {
    return new LinuxActivityWatch(this.#helper, this.#directory, tid, futex);
  }

  leave(): boolean {
    return this.#helper.tach_visit_end() === 1;
  }

  close(): void {
    if (this.#stat < 0) return;
    this.#helper.tach_visitor_end();
    this.#threads.close();
    this.#helper.tach_close(this.#stat);
    this.#helper.tach_close(this.#directory);
    // Their numbers may soon mean other files: what is closed is gone.
    this.#stat = this.#directory = -1;
    this.#path = "/proc/self/fd/-1";
  }

  #readOnce(ranges: Ranges, into: Uint8Array): number {
    return this.#helper.tach_read(
      this.#member,
      this.#stat,
      ranges.words as Uint32Array<ArrayBuffer>,
      ranges.count,
      into as FfiBuffer,
      into.length,
      ranges.gap,
    );
  }

  #mappings(): Mapping[] {
    const read = (): string => Deno.readTextFileSync(`${this.#memberPath()}/maps`);
    let text = read();
    if (text === "" && this.#changeMember()) text = read();
    return parseMaps(text);
  }

  /** The directory of a thread has all of the process's but `map_files`. */
  #memberPath(): string {
    return this.#member === this.pid ? this.#path : `${this.#path}/task/${this.#member}`;
  }

  /** Looks for a thread that still runs when the one asked has ended; false when there is none. */
  #changeMember(): boolean {
    const ended = this.#member;
    if (!this.alive()) return false;
    const running = this.threads().find((tid) => tid !== ended && this.threadCpu(tid) >= 0);
    this.#member = running ?? ended;
    return running !== undefined;
  }

  #readAt(address: Address, into: Uint8Array): number {
    this.#one.clear();
    this.#one.push(address, into.length);
    return this.read(this.#one, into);
  }

  #bytesAt(address: Address, length: number): Uint8Array | undefined {
    const bytes = new Uint8Array(length);
    return this.#readAt(address, bytes) === length ? bytes : undefined;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Yama is the security module that most often says no to the same user (Debian, Ubuntu: 1). */
function describePtraceScope(): string {
  try {
    return `; ${PTRACE_SCOPE} is ${Deno.readTextFileSync(PTRACE_SCOPE).trim()}`;
  } catch {
    return "";
  }
}
