import { type Address, Ranges } from "../../ffi/process.ts";
import { type CodeTable, numbered } from "./code_table.ts";
import type { Operation } from "./instruction_set.ts";
import type { Routine, RoutineTable } from "./routine_table.ts";
import type { StackPath } from "./stack_path.ts";
import type { ThreadCopy } from "./thread_copy.ts";

/** What a frame of a stack executes. */
export interface Execution {
  readonly frame: Address;
  readonly routine: Routine;
  /** Code unit at which the instruction begins. */
  readonly unit: number;
  readonly operation: Operation;
  readonly argument: number;
  /** Where that is in the target. */
  readonly instruction: Address;
}

/** Tells what the frames of a stack execute, by what was copied with it. */
export class FrameProbe {
  readonly #ranges = new Ranges(1);
  readonly #late: Uint8Array;
  readonly #lateView: DataView;
  /** What was copied last. */
  #copied: DataView = new DataView(new ArrayBuffer(0));

  constructor(
    readonly copy: ThreadCopy,
    readonly codeTable: CodeTable,
    readonly routines: RoutineTable,
  ) {
    this.#late = new Uint8Array(copy.runtime.layout.frame.size);
    this.#lateView = new DataView(this.#late.buffer);
  }

  /** The frame at a depth of the stack that the copy is of; undefined if it is not there as it should be. */
  at(path: StackPath, depth: number): Execution | undefined {
    const { codeTable, copy } = this;
    const { frame: fields, hasFrameObjects, minor } = copy.runtime.layout;
    const address = path.addresses[depth]!;
    const found = this.#view(address);
    if (found === undefined) return undefined;
    const { view, at } = found;
    const low = view.getUint32(at + fields.executable, true) & copy.executableMask;
    const high = view.getUint32(at + fields.executable + 4, true) | 0;
    const copied = fields.copy < 0 ? high : numbered(high, view.getUint32(at + fields.copy, true));
    const object = (low | high) === 0 ? -1 : codeTable.find(low, copied);
    if (object < 0) return undefined;
    const start = codeTable.starts[object]!;
    let raw = -1;
    if (hasFrameObjects) {
      const last = view.getInt32(at + fields.instruction, true);
      raw = minor < 10 ? last >> 1 : last;
    } else raw = (pointer(view, at + fields.instruction) - start) >> 1;
    const code = path.codes[depth]!;
    const passed = Math.max(0, raw);
    if (path.places[depth] !== codeTable.firstPlaces[code]! + passed) return undefined;
    const routine = this.routines.find(code, object);
    if (routine === undefined) return undefined;
    const { bytecode } = routine;
    const unit = bytecode.starts[passed]!;
    const operation = bytecode.operations[unit];
    if (operation === undefined) return undefined;
    return {
      frame: address,
      routine,
      unit,
      operation,
      argument: bytecode.arguments[unit]!,
      instruction: start + unit * 2,
    };
  }

  /** Adds the depths of frames that say that they were called from C, as those of 3.11 do. */
  addEntries(path: StackPath, depths: Set<number>): void {
    const { isEntry } = this.copy.runtime.layout.frame;
    for (let d = 0; d < path.depth; d++) {
      const found = this.#view(path.addresses[d]!);
      if (found !== undefined && found.view.getUint8(found.at + isEntry) !== 0) depths.add(d);
    }
  }

  /** True if a frame is at the same instruction by now. */
  isStill({ frame }: Execution, path: StackPath, depth: number): boolean {
    const { instruction } = this.copy.runtime.layout.frame;
    const before = this.#view(frame);
    if (before === undefined) return false;
    const { view, at } = before;
    const [low, high] = [0, 4].map((i) => view.getUint32(at + instruction + i, true));
    if (!this.#readNow(frame)) return false;
    const now = this.#lateView;
    const isSame = now.getUint32(instruction, true) === low &&
      (this.copy.runtime.layout.hasFrameObjects || now.getUint32(instruction + 4, true) === high);
    return isSame && path.addresses[depth] === frame;
  }

  /** Where a frame can be looked at: in the copy, else it is read now. */
  #view(address: Address): { view: DataView; at: number } | undefined {
    const { copy } = this;
    const { size } = copy.runtime.layout.frame;
    // Where more is to be copied from now on, this copy does not have it yet.
    let at = copy.dataStack.changed ? -1 : copy.dataStack.locate(address, size);
    if (at < 0 && !copy.outside.changed) at = copy.outside.find(address);
    if (at >= 0 && at + size <= copy.limit) {
      if (this.#copied.buffer !== copy.bytes.buffer) this.#copied = new DataView(copy.bytes.buffer);
      return { view: this.#copied, at };
    }
    return this.#readNow(address) ? { view: this.#lateView, at: 0 } : undefined;
  }

  #readNow(address: Address): boolean {
    if (!(address > 0)) return false;
    this.#ranges.clear();
    this.#ranges.push(address, this.#late.length);
    return this.copy.runtime.process.read(this.#ranges, this.#late) === this.#late.length;
  }
}

function pointer(view: DataView, at: number): Address {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000;
}
