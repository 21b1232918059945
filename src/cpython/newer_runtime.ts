import type { Address } from "../../ffi/process.ts";
import { type CodeObject, MOST_COPIES, readCodeObject } from "./code_object.ts";
import type { DebugOffsets } from "./debug_offsets.ts";
import { type InspectionFault, inspectRuntime } from "./inspection.ts";
import { INTERPRETER_OWNER, type Layout } from "./layout.ts";
import { findLocation } from "./location_table.ts";
import { type MemoryReader, pointerAt } from "./memory.ts";

/** The target runs on while it is looked at: a check fails only if it does so each time. */
const INSPECTIONS = 5;
const ATTEMPTS = 100;
/** Frames looked at in all, and in one stack. */
const MOST_FRAMES = 20_000;
const DEEPEST = 2000;
/** The highest owner of a frame that a version has given a meaning to. */
const MOST_OWNER = 4;
/** A tag in the low bits of an executable, as since 3.14. */
const TAG = 4;
const LARGEST_LINE = 10_000_000;

/**
 * Tries the offsets of a version that is newer than all that are known, from the lists of interpreters and
 * threads to the names and lines of the functions on the main thread's stack, which must end in a module.
 * @returns what does not fit; undefined if all is as it should be.
 */
export function findMisfit(
  reader: MemoryReader,
  offsets: DebugOffsets,
  layout: Layout,
  runtime: Address,
): InspectionFault | undefined {
  const trial = new StackTrial(reader, layout);
  let fault: InspectionFault = { fault: "starting", detail: "" };
  let failed = 0;
  for (let i = 0; i < ATTEMPTS && failed < INSPECTIONS && trial.framesLeft > 0; i++) {
    const inspected = inspectRuntime(reader, offsets, layout, runtime);
    if ("fault" in inspected) {
      fault = inspected;
      failed++;
      if (fault.fault === "starting") break;
      continue;
    }
    const main = findMainThread(reader, layout, inspected.interpreter, inspected.thread);
    const detail = trial.check(main);
    if (detail === undefined) return undefined;
    fault = { fault: "implausible", detail };
  }
  return fault;
}

/** The interpreter says which thread is its main one; else it is the oldest, the last of the list. */
function findMainThread(
  reader: MemoryReader,
  layout: Layout,
  interpreter: Address,
  newest: Address,
): Address {
  const { threadsMain } = layout.interpreter;
  const told = threadsMain < 0 ? 0 : reader.pointer(interpreter + threadsMain) ?? 0;
  if (told !== 0) return told;
  let thread = newest;
  for (let next = thread, i = 0; next !== 0 && i < MOST_FRAMES; i++) {
    thread = next;
    next = reader.pointer(thread + layout.thread.next) ?? 0;
  }
  return thread;
}

/** Walks a thread's stack frame by frame, without any of the cunning that makes it fast. */
class StackTrial {
  framesLeft = MOST_FRAMES;
  readonly #codes = new Map<string, CodeObject | undefined>();
  readonly #frame: Uint8Array;
  readonly #view: DataView;

  constructor(readonly reader: MemoryReader, readonly layout: Layout) {
    this.#frame = new Uint8Array(layout.frame.size);
    this.#view = new DataView(this.#frame.buffer);
  }

  /** Returns the check that failed, or undefined if the whole stack is right. */
  check(thread: Address): string | undefined {
    const { reader, layout } = this;
    const { currentFrame, baseFrame } = layout.thread;
    const base = baseFrame < 0 ? -1 : reader.pointer(thread + baseFrame);
    let frame = reader.pointer(thread + currentFrame);
    let root: CodeObject | undefined;
    for (let depth = 0; depth < DEEPEST; depth++) {
      if (frame === undefined || this.framesLeft-- <= 0) return "a frame cannot be read";
      if (frame === 0 || frame === base) break;
      if (frame % 8 !== 0 || !reader.fill(frame, this.#frame)) return "a frame cannot be read";
      const owner = this.#frame[layout.frame.owner]!;
      if (owner > MOST_OWNER) return "a frame has an unknown owner";
      if (owner < INTERPRETER_OWNER) {
        const code = this.#readCode();
        if (code === undefined) return "a frame has no code object";
        if (!this.#fits(code)) return "a frame is at an instruction of no line of its function";
        root = code;
      }
      frame = pointerAt(this.#view, layout.frame.previous);
    }
    if (root === undefined) return "the main thread runs no Python code";
    return isModule(root) ? undefined : "the main thread's stack does not end in a module";
  }

  #readCode(): CodeObject | undefined {
    const { reader, layout } = this;
    const word = pointerAt(this.#view, layout.frame.executable);
    const copy = layout.frame.copy < 0 ? 0 : this.#view.getUint32(layout.frame.copy, true);
    const key = `${word}:${copy}`;
    if (this.#codes.has(key)) return this.#codes.get(key);
    const code = copy < MOST_COPIES
      ? readCodeObject(reader, layout, word - word % TAG, 0, copy)
      : undefined;
    // What was torn may be whole the next time.
    if (code !== undefined) this.#codes.set(key, code);
    return code;
  }

  /** True if the frame stands at an instruction that has a line. */
  #fits({ start, length, lines, firstLine }: CodeObject): boolean {
    const distance = pointerAt(this.#view, this.layout.frame.instruction) - start;
    if (!(distance >= -2 && distance < length) || lines.length === 0) return false;
    const { line } = findLocation(lines, firstLine, Math.floor(distance / 2));
    return line >= 0 && line < LARGEST_LINE && firstLine >= 0 && firstLine < LARGEST_LINE;
  }
}

/** What is under all else in the main thread: a module, or what runs one for `-m`. */
function isModule({ file, name }: CodeObject): boolean {
  return name === "<module>" || (file === "<frozen runpy>" && name === "_run_module_as_main");
}
