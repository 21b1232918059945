import type { Address, Module, Span } from "../../ffi/process.ts";
import { readCodeObject } from "./code_object.ts";
import { type DebugOffsets, parseVersion, type PythonVersion } from "./debug_offsets.ts";
import { fileName } from "./file_name.ts";
import { inspectRuntime } from "./inspection.ts";
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
    const found = tryTable(reader, runtime.address, minor, module.format);
    if (!("fault" in found)) return found;
    if (told !== undefined || found.fault === "starting") fault = found;
  }
  return fault;
}

function toldMinor(reader: MemoryReader, module: Module): number | undefined {
  const symbol = module.symbol("Py_Version");
  const word = symbol === undefined ? undefined : reader.int32(symbol.address);
  if (word !== undefined && word >>> 24 === 3) return parseVersion(word).minor;
  const minor = /python3\.?(\d+)/.exec(fileName(module.path))?.[1] ??
    /\/Python\.framework\/Versions\/3\.(\d+)\//.exec(module.path)?.[1];
  return minor === undefined ? undefined : Number(minor);
}

function tryTable(
  reader: MemoryReader,
  runtime: Address,
  minor: number,
  format: Module["format"],
): OlderRuntime | OlderFault {
  const offsets = olderOffsets({ major: 3, minor, micro: 0, level: 0xf, serial: 0 }, format)!;
  const layout = buildLayout(offsets);
  let found: PythonVersion | OlderFault = { fault: "starting", detail: "" };
  for (let i = 0; i < ATTEMPTS; i++) {
    const inspected = inspectRuntime(reader, offsets, layout, runtime);
    found = "fault" in inspected
      ? inspected
      : checkCode(reader, layout, inspected.thread) ?? inspected.version;
    if (!("fault" in found)) return { offsets: olderOffsets(found, format)!, layout };
    if (found.fault === "starting") break;
  }
  return found as OlderFault;
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
