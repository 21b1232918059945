import type { ProcessFacts } from "../machine.ts";
import type { WindowsHelper } from "../helper/functions.ts";
import type { FfiBuffer } from "../helper/library.ts";

/** Layout of `struct listed_process` in `windows.c`. */
const NAME_AT = 16;
const ENTRY_BYTES = NAME_AT + 260 * 2;
/** The system itself and what stands for idle CPUs: neither has a program. */
const LAST_OF_SYSTEM = 4;

const decoder = new TextDecoder("utf-16le");

/** A process and when it was started, ms since 1970; 0 where that is not told. */
interface Listed extends ProcessFacts {
  readonly startedAt: number;
}

/** All processes but the system's own, in order of their pids. */
export function listProcesses(helper: WindowsHelper): ProcessFacts[] {
  const listed = readTable(helper);
  const started = new Map(listed.map(({ pid, startedAt }) => [pid, startedAt]));
  return listed.map(({ startedAt, ...facts }) => {
    // Windows keeps the number of a parent that has ended, and gives it to others.
    const parentStarted = started.get(facts.parent) ?? Infinity;
    return parentStarted <= startedAt || startedAt === 0 ? facts : { ...facts, parent: 0 };
  }).sort((a, b) => a.pid - b.pid);
}

function readTable(helper: WindowsHelper): Listed[] {
  let capacity = 512;
  let bytes = new Uint8Array(0);
  let count = capacity + 1;
  while (count > capacity) {
    capacity *= 2;
    bytes = new Uint8Array(capacity * ENTRY_BYTES);
    count = helper.tach_processes(bytes as FfiBuffer, capacity);
  }
  const now = Date.now();
  const view = new DataView(bytes.buffer);
  const times = new Float64Array(2);
  const listed: Listed[] = [];
  for (let i = 0; i < count; i++) {
    const at = i * ENTRY_BYTES;
    const [pid, parent, threads, length] = [0, 4, 8, 12].map((field) =>
      view.getInt32(at + field, true)
    ) as [number, number, number, number];
    if (pid <= LAST_OF_SYSTEM) continue;
    const name = decoder.decode(bytes.subarray(at + NAME_AT, at + NAME_AT + length * 2));
    const told = helper.tach_process_times(pid, times as unknown as FfiBuffer) === 0;
    const [startedAt = 0, cpuMs = 0] = told ? times : [];
    const uptimeMs = told ? Math.max(0, now - startedAt) : 0;
    listed.push({ pid, parent, name, threads, uptimeMs, cpuMs, startedAt });
  }
  return listed;
}

/** A process and all its descendants, parents first. */
export function listTree(helper: WindowsHelper, root: number): number[] {
  const children = Map.groupBy(listProcesses(helper), ({ parent }) => parent);
  const tree = [root];
  for (const pid of tree) {
    // What has no parent of its own any more is nobody's child.
    if (pid !== 0) tree.push(...(children.get(pid) ?? []).map((child) => child.pid));
  }
  return tree;
}
