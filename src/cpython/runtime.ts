import {
  type Address,
  GONE,
  type Module,
  type Process,
  Ranges,
  type Span,
} from "../../ffi/process.ts";
import { CollectingThread } from "./collecting_thread.ts";
import { type DebugOffsets, parseDebugOffsets, TABLE_BYTES, versionText } from "./debug_offsets.ts";
import { buildLayout, type Layout } from "./layout.ts";
import { fileName } from "./file_name.ts";
import { findCookie } from "./cookie.ts";
import { MemoryReader } from "./memory.ts";
import { hasNarrowIds } from "./native_id.ts";
import { findMisfit } from "./newer_runtime.ts";
import { findOlderRuntime } from "./older_runtime.ts";

/** An interpreter found in a process, with all that is needed to read it. */
export interface Runtime {
  readonly process: Process;
  readonly reader: MemoryReader;
  /** What the interpreter says of itself; before 3.13 what is known of its version. */
  readonly offsets: DebugOffsets;
  readonly layout: Layout;
  /** Address of `_PyRuntime`. */
  readonly address: Address;
  /** Tells which thread collects garbage, where only asking for it does. */
  readonly collectingThread?: CollectingThread | undefined;
}

/** Why there is nothing to read (yet). */
export interface RuntimeFault {
  readonly fault: "not-python" | "unsupported-version" | "newer-version" | "implausible";
  readonly detail: string;
}

/** Detail of a fault that will soon be over. */
export const NOT_STARTED = "the interpreter has not started";

/**
 * Looks through the mapped files of a process for a CPython that we can read.
 * @param thorough look also where it takes longer and an interpreter is seldom: in libraries of any
 * name, and for one that no file tells of.
 */
export function findRuntime(process: Process, thorough = true): Runtime | RuntimeFault {
  const reader = new MemoryReader(process);
  const modules = process.modules();
  let fault: RuntimeFault = { fault: "not-python", detail: modules[0]?.path ?? "" };
  for (const [module, span] of places(reader, modules, thorough)) {
    const found = readRuntime(process, reader, module, span);
    if (!("fault" in found)) return found;
    fault = found;
  }
  return fault;
}

/** Where an interpreter may be, the likelier first; `thorough` ones only if there are no others. */
function* places(
  reader: MemoryReader,
  modules: readonly Module[],
  thorough: boolean,
): Generator<readonly [Module, Span]> {
  const likely = modules.filter(mayHoldPython);
  const others = thorough ? modules.filter((module) => !likely.includes(module)) : [];
  let any = false;
  for (const module of [...likely, ...others]) {
    if (any && !likely.includes(module)) return;
    const span = module.section("PyRuntime") ?? module.symbol("_PyRuntime");
    if (span === undefined) continue;
    any = true;
    yield [module, span];
  }
  if (any || !thorough) return;
  for (const module of likely) {
    const address = findCookie(reader, module.writable());
    if (address !== undefined) yield [module, { address, size: 0 }];
  }
}

function readRuntime(
  process: Process,
  reader: MemoryReader,
  module: Module,
  span: Span,
): Runtime | RuntimeFault {
  const offsets = parseDebugOffsets(reader.bytesUpTo(span.address, TABLE_BYTES));
  if (!("fault" in offsets)) {
    if (offsets.freeThreaded && hasNarrowIds(offsets)) {
      return {
        fault: "unsupported-version",
        detail: `${versionText(offsets.version)} without a GIL on Windows`,
      };
    }
    const layout = buildLayout(offsets);
    const collectingThread = CollectingThread.of(reader, offsets, layout.gc, module.format);
    const runtime = { process, reader, offsets, layout, address: span.address, collectingThread };
    return offsets.isTried ? runtime : tryRuntime(runtime);
  }
  if (offsets.fault !== "no-cookie") return { fault: offsets.fault, detail: offsets.detail };
  const older = findOlderRuntime(reader, module, span);
  if (!("fault" in older)) return { process, reader, ...older, address: span.address };
  return older.fault === "starting"
    ? { fault: "not-python", detail: NOT_STARTED }
    : { fault: older.fault, detail: older.detail };
}

/** Takes a version that nobody has tried only if everything is where its table says. */
function tryRuntime(runtime: Runtime): Runtime | RuntimeFault {
  const { reader, offsets, layout, address } = runtime;
  const fault = findMisfit(reader, offsets, layout, address);
  if (fault === undefined) return runtime;
  if (fault.fault === "starting") {
    return { fault: "not-python", detail: NOT_STARTED };
  }
  return {
    fault: "newer-version",
    detail: `${versionText(offsets.version)} (${fault.detail})`,
  };
}

/** Libraries that are surely no interpreter by their names are looked at last. */
function mayHoldPython(module: Module, index: number): boolean {
  if (index === 0) return true;
  const name = fileName(module.path);
  if (/python/i.test(name)) return true;
  return !/\.so(\.|$)|\.(dll|drv|pyd|dylib)$/i.test(name) && !module.path.startsWith("/System/");
}

/** True once the main interpreter has a thread; false while Python is starting or after it has finished. */
export function isRunning(runtime: Runtime): boolean {
  const head = runtime.offsets.get("runtime_state.interpreters_head");
  const interpreter = runtime.reader.pointer(runtime.address + head);
  if (interpreter === undefined || interpreter === 0) return false;
  const thread = runtime.reader.pointer(interpreter + runtime.layout.interpreter.threadsHead);
  return thread !== undefined && thread !== 0;
}

/**
 * What has become of an interpreter whose process is there: undefined while its memory is. A process that ends
 * has none any more some time before the system says that it has ended; one that starts another program has
 * other memory.
 */
export function findLoss({ process, address }: Runtime): "ended" | "replaced" | undefined {
  const start = new Ranges(1);
  start.push(address, 8);
  const read = process.read(start, new Uint8Array(8));
  if (read === start.bytes) return undefined;
  return read === GONE || !process.alive() ? "ended" : "replaced";
}
