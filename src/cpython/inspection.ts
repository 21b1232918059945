import type { Address } from "../../ffi/process.ts";
import { typeName } from "./code_object.ts";
import { type DebugOffsets, parseVersion, type PythonVersion } from "./debug_offsets.ts";
import { findInDict } from "./dict.ts";
import type { Layout } from "./layout.ts";
import type { MemoryReader } from "./memory.ts";

/** What offsets lead to when they are right. */
export interface Inspected {
  /** The main interpreter. */
  readonly interpreter: Address;
  /** The newest of its threads. */
  readonly thread: Address;
  /** `sys.hexversion`. */
  readonly version: PythonVersion;
}

/** Why they do not seem to be. */
export interface InspectionFault {
  /** "starting": what they lead to is not there yet. */
  readonly fault: "starting" | "implausible";
  /** The check that failed. */
  readonly detail: string;
}

const MOST_INTERPRETERS = 10_000;
const MOST_THREADS = 100_000;

/**
 * Follows the offsets of an interpreter from the runtime over its lists to the version that it tells of
 * itself. Lists change while they are read: a fault counts only if it comes each time.
 */
export function inspectRuntime(
  reader: MemoryReader,
  offsets: DebugOffsets,
  layout: Layout,
  runtime: Address,
): Inspected | InspectionFault {
  const head = reader.pointer(runtime + offsets.get("runtime_state.interpreters_head"));
  const last = head === undefined || head === 0 ? 0 : lastInterpreter(reader, layout, head);
  const told = offsets.or("runtime_state.interpreters_main", -1);
  const main = told < 0 ? last : reader.pointer(runtime + told) ?? 0;
  if (head === 0 || (main === 0 && told >= 0)) return { fault: "starting", detail: "" };
  if (main === 0 || last !== main) {
    return { fault: "implausible", detail: "the main interpreter is not in the list" };
  }
  const thread = reader.pointer(main + layout.interpreter.threadsHead);
  if (thread === 0) return { fault: "starting", detail: "" };
  if (thread === undefined || !isThreadList(reader, offsets, main, thread)) {
    return { fault: "implausible", detail: "the list of threads does not hold together" };
  }
  const sysdict = reader.pointer(main + offsets.get("interpreter_state.sysdict"));
  if (sysdict === 0) return { fault: "starting", detail: "" };
  const type = sysdict === undefined ? undefined : reader.pointer(sysdict + layout.object.type);
  if (sysdict === undefined || type === undefined || typeName(reader, layout, type) !== "dict") {
    return { fault: "implausible", detail: "there is no sys module" };
  }
  const number = findInDict(reader, layout, sysdict, "hexversion") ?? 0;
  // When the interpreter ends, None takes the place of all values.
  const isNumber =
    typeName(reader, layout, reader.pointer(number + layout.object.type) ?? 0) === "int";
  const word = isNumber ? reader.int32(number + offsets.get("long_object.ob_digit")) : undefined;
  if (word === undefined) return { fault: "starting", detail: "" };
  const version = parseVersion(word);
  if (version.major !== 3 || version.minor !== layout.minor) {
    return { fault: "implausible", detail: "sys.hexversion is that of another version" };
  }
  return { interpreter: main, thread, version };
}

function lastInterpreter(reader: MemoryReader, layout: Layout, head: Address): Address {
  let interpreter = head;
  for (let i = 0; i < MOST_INTERPRETERS; i++) {
    const next = reader.pointer(interpreter + layout.interpreter.next);
    if (next === 0) return interpreter;
    if (next === undefined) return 0;
    interpreter = next;
  }
  return 0;
}

/** Each thread belongs to the interpreter and knows the one before it. */
function isThreadList(
  reader: MemoryReader,
  offsets: DebugOffsets,
  interpreter: Address,
  head: Address,
): boolean {
  let before = 0;
  let thread = head;
  for (let i = 0; i < MOST_THREADS && thread !== 0; i++) {
    if (reader.pointer(thread + offsets.get("thread_state.interp")) !== interpreter) return false;
    if (reader.pointer(thread + offsets.get("thread_state.prev")) !== before) return false;
    const next = reader.pointer(thread + offsets.get("thread_state.next"));
    if (next === undefined) return false;
    before = thread;
    thread = next;
  }
  return thread === 0;
}
