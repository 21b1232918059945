/** A Windows that is nothing but tables: what the helper's functions say where no Windows is. */
import type { WindowsHelper } from "../../ffi/helper/functions.ts";
import { Ranges } from "../../ffi/process.ts";
import type { Image } from "../cpython/image.ts";

const ERROR_ACCESS_DENIED = 5;
const ERROR_INVALID_PARAMETER = 87;
const NAME_AT = 16;
const ENTRY_BYTES = NAME_AT + 520;

/** A process of that Windows. */
export interface FakeProcess {
  readonly pid: number;
  readonly parent?: number;
  readonly name?: string;
  /** ms since 1970. */
  readonly startedAt?: number;
  readonly modules?: readonly (readonly [start: number, path: string])[];
  readonly threads?: readonly number[];
  readonly threadNames?: Readonly<Record<number, string>>;
  readonly memory?: Image;
  readonly command?: string;
  /** The last part of its user's SID. */
  readonly user?: number;
  /** Its user's domain, also a part of the SID. */
  readonly domain?: number;
  readonly narrow?: boolean;
  readonly denied?: "always" | "without-debug";
}

/** What was done with it. */
export interface FakeWindows {
  readonly helper: WindowsHelper;
  /** Handles that are open. */
  readonly handles: ReadonlyMap<number, number>;
  /** Ends a process. */
  end(pid: number): void;
}

/** Makes one. @param isAdministrator processes that only these may open can be opened. */
export function fakeWindows(
  processes: readonly FakeProcess[],
  isAdministrator = false,
): FakeWindows {
  const handles = new Map<number, number>();
  const ended = new Set<number>();
  let debugs = false;
  let lastHandle = 0;
  const open = (id: number): number => {
    handles.set(lastHandle += 4, id);
    return lastHandle;
  };
  const byPid = (pid: number) => processes.find((one) => one.pid === pid && !ended.has(pid));
  const byHandle = (handle: number) => processes.find((one) => one.pid === handles.get(handle));
  const functions = {
    tach_close: (handle: number) => void handles.delete(handle),
    tach_alive: (handle: number) => handles.has(handle) && !ended.has(handles.get(handle)!) ? 1 : 0,
    tach_enable_debug: () => Number(debugs = isAdministrator),
    tach_open_process(pid: number): number {
      const process = byPid(pid);
      if (process === undefined) return -ERROR_INVALID_PARAMETER;
      if (process.denied === "always" || (process.denied !== undefined && !debugs)) {
        return -ERROR_ACCESS_DENIED;
      }
      return open(pid);
    },
    tach_is_narrow: (handle: number) => Number(byHandle(handle)?.narrow ?? false),
    tach_read(
      handle: number,
      words: Uint32Array,
      count: number,
      into: Uint8Array,
      length: number,
      gap: number,
    ): number {
      const memory = byHandle(handle)?.memory;
      if (memory === undefined || ended.has(handles.get(handle)!)) return -1;
      const ranges = new Ranges(count);
      ranges.words.set(words.subarray(0, count * 4));
      ranges.count = count;
      ranges.bytes = length - gap;
      ranges.gap = gap;
      return memory.read(ranges, into);
    },
    tach_modules(handle: number, starts: Float64Array, capacity: number): number {
      const modules = byHandle(handle)?.modules ?? [];
      starts.set(modules.slice(0, capacity).map(([start]) => start));
      return modules.length;
    },
    tach_module_path: (handle: number, start: number, into: Uint16Array) =>
      write(byHandle(handle)?.modules?.find(([at]) => at === start)?.[1], into),
    tach_processes(into: Uint8Array, capacity: number): number {
      const view = new DataView(into.buffer);
      const listed = processes.filter(({ pid }) => !ended.has(pid));
      listed.slice(0, capacity).forEach((one, i) => {
        const at = i * ENTRY_BYTES;
        const name = one.name ?? "";
        const numbers = [one.pid, one.parent ?? 0, one.threads?.length ?? 1, name.length];
        numbers.forEach((number, field) => view.setInt32(at + field * 4, number, true));
        [...name].forEach((character, index) =>
          view.setUint16(at + NAME_AT + index * 2, character.charCodeAt(0), true)
        );
      });
      return listed.length;
    },
    tach_process_times(pid: number, times: Float64Array): number {
      const startedAt = byPid(pid)?.startedAt;
      if (startedAt === undefined) return -ERROR_ACCESS_DENIED;
      times.set([startedAt, 1500]);
      return 0;
    },
    tach_process_path: (pid: number, into: Uint16Array) =>
      write(byPid(pid)?.modules?.[0]?.[1], into),
    tach_process_user(pid: number, sid: Uint8Array): number {
      const { user, domain = 0 } = byPid(pid) ?? {};
      if (user === undefined) return -ERROR_ACCESS_DENIED;
      const view = new DataView(sid.buffer);
      view.setUint32(20, domain, true);
      view.setUint32(24, user, true);
      return 28;
    },
    tach_user_name(sid: Uint8Array, into: Uint16Array): number {
      const view = new DataView(sid.buffer);
      return write(`D${view.getUint32(20, true)}\\u${view.getUint32(24, true)}`, into);
    },
    tach_command_line: (pid: number, into: Uint16Array) => write(byPid(pid)?.command, into),
    tach_threads(pid: number, tids: Int32Array, capacity: number): number {
      const threads = byPid(pid)?.threads ?? [];
      tids.set(threads.slice(0, capacity));
      return threads.length;
    },
    tach_open_thread: (tid: number) => open(tid),
    tach_thread_name: (handle: number, into: Uint16Array) => {
      const tid = handles.get(handle)!;
      const names = processes.find(({ threads }) => threads?.includes(tid))?.threadNames;
      return write(names?.[tid], into);
    },
  };
  return {
    helper: functions as unknown as WindowsHelper,
    handles,
    end: (pid) => void ended.add(pid),
  };
}

function write(text: string | undefined, into: Uint16Array): number {
  if (text === undefined) return -ERROR_ACCESS_DENIED;
  for (let i = 0; i < text.length; i++) into[i] = text.charCodeAt(i);
  return text.length;
}
