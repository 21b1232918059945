import type { Address } from "../../ffi/process.ts";
import type { CodeTable } from "./code_table.ts";
import { typeName } from "./code_object.ts";
import { FrameList, widened } from "./frame_list.ts";
import type { FrameLoops } from "./frame_loops.ts";
import { MOST_FRAMES } from "./frame_walk.ts";
import { withRoom } from "./pair_map.ts";
import { BROKEN, EMPTY, TOO_DEEP, TORN, UNREADABLE, WHOLE } from "./snapshot_status.ts";
import type { StackPath } from "./stack_path.ts";
import { REARRANGED } from "./fetch_status.ts";
import type { ThreadCopy } from "./thread_copy.ts";
import type { Walk } from "./walk.ts";

/** Generators whose resumers are remembered. */
const MOST_RESUMERS = 4096;

/** Who resumed a generator last. */
interface Resumer {
  readonly code: number;
  readonly back: Address;
}

/**
 * Follows the frame objects of Python up to 3.10 from the current one to the root. One that has been left
 * since the reading began keeps its link and its instruction as long as it is kept for the next call of
 * its function, as each function's first frame is; further ones, which only recursion makes, are linked
 * into a list of free frames (CPython 3.8–3.10 Objects/frameobject.c, `frame_dealloc`).
 */
export class HeapWalk implements Walk {
  readonly frames = new FrameList();
  kept = 0;
  repairs = 0;
  readonly isDone = false;
  readonly guardOffsets: number[] = [];
  readonly guardCounts: number[] = [];

  /** By code: the frame it was met with first; and 1 if it was met with others as well. */
  #firstFrames: Float64Array = new Float64Array(256);
  #hasSeveral: Int32Array = new Int32Array(256);
  readonly #resumers = new Map<Address, Resumer>();
  #frameType: Address = 0;
  // The frame that is being decoded.
  #code = -1;
  #place = -1;

  constructor(
    readonly copy: ThreadCopy,
    readonly codeTable: CodeTable,
    readonly path: StackPath,
    readonly loops: FrameLoops,
  ) {}

  run(reusable: number): number {
    const { copy, frames } = this;
    const { frame: fields } = copy.runtime.layout;
    frames.count = 0;
    this.kept = 0;
    this.repairs = 0;
    this.loops.begin(-1, 0, false);
    let address = copy.currentFrame();
    if (address === 0) return EMPTY;
    // The frame met last is dead, and may be one of the free list.
    let isDoubtful = false;
    while (frames.count < MOST_FRAMES) {
      const at = copy.locate(address);
      if (at === -2) return REARRANGED;
      if (at < 0) return TORN;
      const decoded = this.#decode(at);
      if (decoded !== WHOLE) return decoded;
      const isDead = copy.words[at >> 2] === 0;
      if (isDead && isDoubtful) return TORN;
      frames.push(address, at, this.#code, this.#place);
      // More frames than there are: links lead in a circle.
      if (frames.count > copy.outside.known) return TORN;
      const isOneOfSeveral = this.#noteFrame(address);
      isDoubtful = isDead && isOneOfSeveral;
      const back = copy.pointer(at + fields.previous);
      const next = this.#leadOn(address, back);
      if (next === 0) {
        const runs = copy.bytes[at + fields.state] === fields.runningState;
        return !isDead && runs ? this.#keep(reusable) : BROKEN;
      }
      address = next;
    }
    return TOO_DEEP;
  }

  confirmRoot(): void {}

  /** Finds code and place of the frame at an offset. */
  #decode(at: number): number {
    const { copy, codeTable } = this;
    const { frame: fields, object, minor } = copy.runtime.layout;
    if (!this.#isFrame(copy.pointer(at + object.type))) return UNREADABLE;
    const executable = (at + fields.executable) >> 2;
    const found = codeTable.find(copy.words[executable]! | 0, copy.words[executable + 1]! | 0);
    if (found < 0) return UNREADABLE;
    const code = codeTable.codeOf[found]!;
    const last = copy.words[(at + fields.instruction) >> 2]! | 0;
    const unit = Math.max(0, minor < 10 ? last >> 1 : last);
    if (unit * 2 >= codeTable.lengths[code]!) return TORN;
    this.#code = code;
    this.#place = codeTable.firstPlaces[code]! + unit;
    return WHOLE;
  }

  #isFrame(type: Address): boolean {
    if (type === this.#frameType) return true;
    const { reader, layout } = this.copy.runtime;
    if (this.#frameType !== 0 || typeName(reader, layout, type) !== "frame") return false;
    this.#frameType = type;
    return true;
  }

  /** Notes the frame of a function; true if the function was met with another one as well. */
  #noteFrame(address: Address): boolean {
    const code = this.#code;
    this.#hasSeveral = withRoom(this.#hasSeveral, code + 1);
    this.#firstFrames = widened(this.#firstFrames, this.#hasSeveral.length);
    const first = this.#firstFrames[code]!;
    if (first === 0) this.#firstFrames[code] = address;
    else if (first !== address) this.#hasSeveral[code] = 1;
    return this.#hasSeveral[code] === 1;
  }

  /** The caller of the frame met last; a generator that has been suspended has forgotten it, we have not. */
  #leadOn(address: Address, back: Address): Address {
    const code = this.#code;
    if (!this.codeTable.codes[code]!.isGenerator) return back;
    const known = this.#resumers.get(address);
    if (back === 0) {
      if (known === undefined || known.code !== code) return 0;
      this.repairs++;
      return known.back;
    }
    if (known?.code !== code || known.back !== back) {
      if (this.#resumers.size >= MOST_RESUMERS) this.#resumers.clear();
      this.#resumers.set(address, { code, back });
    }
    return back;
  }

  /** Takes over what is the same in the stack before, from the root on. */
  #keep(reusable: number): number {
    const { frames, path } = this;
    let kept = 0;
    let n = frames.count - 1;
    while (
      n >= 0 && kept < reusable && path.places[kept] === frames.places[n] &&
      path.addresses[kept] === frames.addresses[n] && path.codes[kept] === frames.codes[n]
    ) {
      kept++;
      n--;
    }
    frames.count = n + 1;
    this.kept = kept;
    return WHOLE;
  }
}
