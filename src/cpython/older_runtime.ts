import type { Address, Module, Span } from "../../ffi/process.ts";
import { readCodeObject, typeName } from "./code_object.ts";
import { type DebugOffsets, parseVersion, type PythonVersion } from "./debug_offsets.ts";
import { findInDict } from "./dict.ts";
import { buildLayout, type Layout } from "./layout.ts";
import type { MemoryReader } from "./memory.ts";
import { olderOffsets, TABLED_MINORS } from "./older_offsets.ts";

/** An interpreter from before the debug offsets, with the table that fits it. */
export interface OlderRuntime {
  readonly offsets: DebugOffsets;
  readonly layout: Layout;
}

/** Why no table fits. */
export interface OlderFault {
  /** "starting": what a table leads to is not there yet. */
  readonly fault: "starting" | "unsupported-version" | "implausible";
  /** The version or the check that failed. */
  readonly detail: string;
}

/** Lists of the target change while they are read: a check fails only if it does so each time. */
const ATTEMPTS = 5;
const MOST_INTERPRETERS = 10_000;
const MOST_THREADS = 100_000;

/**
 * Finds the table for an interpreter, and checks that it leads where it should. The version is what the
 * interpreter says (`Py_Version`, from 3.11 on), else what its file is called; where neither tells, all
 * tables are tried. `sys.hexversion` has the last word.
 */
export function findOlderRuntime(
  reader: MemoryReader,
  module: Module,
  runtime: Span,
): OlderRuntime | OlderFault {
  const told = toldMinor(reader, module);
  if (told !== undefined && !TABLED_MINORS.includes(told)) {
    return { fault: "unsupported-version", detail: `3.${told}` };
  }
  let fault: OlderFault = { fault: "unsupported-version", detail: "older than 3.13" };
  for (const minor of told === undefined ? TABLED_MINORS : [told]) {
    const found = tryTable(reader, runtime.address, minor);
    if (!("fault" in found)) return found;
    if (told !== undefined || found.fault === "starting") fault = found;
  }
  return fault;
}

function toldMinor(reader: MemoryReader, module: Module): number | undefined {
  const symbol = module.symbol("Py_Version");
  const word = symbol === undefined ? undefined : reader.int32(symbol.address);
  if (word !== undefined && word >>> 24 === 3) return parseVersion(word).minor;
  const name = module.path.slice(module.path.lastIndexOf("/") + 1);
  const minor = /python3\.(\d+)/.exec(name)?.[1];
  return minor === undefined ? undefined : Number(minor);
}

function tryTable(
  reader: MemoryReader,
  runtime: Address,
  minor: number,
): OlderRuntime | OlderFault {
  const offsets = olderOffsets({ major: 3, minor, micro: 0, level: 0xf, serial: 0 })!;
  const layout = buildLayout(offsets);
  let found: PythonVersion | OlderFault = { fault: "starting", detail: "" };
  for (let i = 0; i < ATTEMPTS; i++) {
    found = inspect(reader, offsets, layout, runtime);
    if (!("fault" in found)) return { offsets: olderOffsets(found)!, layout };
    if (found.fault === "starting") break;
  }
  return found as OlderFault;
}

/** Follows a table from the runtime to code, and returns the version that is found on the way. */
function inspect(
  reader: MemoryReader,
  offsets: DebugOffsets,
  layout: Layout,
  runtime: Address,
): PythonVersion | OlderFault {
  const main = reader.pointer(runtime + offsets.get("runtime_state.interpreters_main")) ?? 0;
  const head = reader.pointer(runtime + offsets.get("runtime_state.interpreters_head"));
  if (head === 0 || main === 0) return { fault: "starting", detail: "" };
  if (head === undefined || lastInterpreter(reader, layout, head) !== main) {
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
  return checkCode(reader, layout, thread) ?? version;
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

/** The current frame of a thread, if it has one, is that of a readable code object. */
function checkCode(
  reader: MemoryReader,
  layout: Layout,
  thread: Address,
): OlderFault | undefined {
  for (let i = 0; i < ATTEMPTS; i++) {
    let frame = reader.pointer(thread + layout.thread.currentFrame) ?? 0;
    if (layout.cframe >= 0 && frame !== 0) frame = reader.pointer(frame + layout.cframe) ?? 0;
    if (frame === 0) return undefined;
    const code = reader.pointer(frame + layout.frame.executable) ?? 0;
    if (readCodeObject(reader, layout, code, 0) !== undefined) return undefined;
  }
  return { fault: "implausible", detail: "the current frame has no code object" };
}
