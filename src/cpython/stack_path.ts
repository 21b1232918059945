import { widened } from "./frame_list.ts";
import { INTERPRETER_OWNER } from "./layout.ts";
import { growth, withRoom } from "./pair_map.ts";
import type { ThreadCopy } from "./thread_copy.ts";

/**
 * The stack of a thread as it was found last, root first, and where its frames lay in the copy: while
 * the bytes below a frame have not changed, neither has the stack below it.
 */
export class StackPath {
  /** Places, root first; `depth` of them. See `CodeTable`. */
  places: Int32Array = new Int32Array(256);
  /** Code indices, root first. */
  codes: Int32Array = new Int32Array(256);
  /** Frame addresses, root first. */
  addresses: Float64Array = new Float64Array(256);
  /** Depth + 1 of the frame at an 8-byte word of the copy. */
  depthAtWord: Int32Array = new Int32Array(0);
  depth = 0;
  /** The stack is proven, unrepaired and that of the copy up to this depth. */
  trusted = 0;

  /** Frames outside the data stack on the way: their offsets, and the depth that is sure below each. */
  readonly #guardDepths: number[] = [];
  readonly #guardOffsets: number[] = [];

  /** How much of the stack may be taken over if its bytes on the data stack have not changed. */
  reusableDepth(copy: ThreadCopy): number {
    if (!copy.comparable || this.trusted === 0) return 0;
    const { frame: fields } = copy.runtime.layout;
    const { words, earlierWords: earlier } = copy;
    for (let i = 0; i < this.#guardDepths.length; i++) {
      const at = this.#guardOffsets[i]! >> 2;
      const previous = at + (fields.previous >> 2);
      const executable = at + (fields.executable >> 2);
      const instruction = at + (fields.instruction >> 2);
      const owner = at + (fields.owner >> 2);
      if (
        words[previous] !== earlier[previous] || words[executable] !== earlier[executable] ||
        words[instruction] !== earlier[instruction] || words[owner] !== earlier[owner]
      ) return Math.min(this.trusted, this.#guardDepths[i]!);
    }
    return this.trusted;
  }

  /** True if frames outside the data stack are on the way. */
  get hasGuards(): boolean {
    return this.#guardDepths.length > 0;
  }

  /**
   * Adds the depths that an entry from C lies right below, where these have frames of their own.
   * @param copy the one that the stack is of.
   */
  addEntries({ bytes, runtime }: ThreadCopy, depths: Set<number>): void {
    const { owner } = runtime.layout.frame;
    for (let i = 0; i < this.#guardDepths.length; i++) {
      if (bytes[this.#guardOffsets[i]! + owner]! >= INTERPRETER_OWNER) {
        depths.add(this.#guardDepths[i]!);
      }
    }
  }

  /** Depth at which a frame of this code lies at this address among the lowest `below`, or −1. */
  find(address: number, code: number, below: number): number {
    for (let d = below - 1; d >= 0; d--) {
      if (this.addresses[d] === address) return this.codes[d] === code ? d : -1;
    }
    return -1;
  }

  /** Makes room for a stack of so many frames, and for the words of a copy. */
  reserve(depth: number, copy: ThreadCopy): void {
    this.places = withRoom(this.places, depth);
    this.codes = withRoom(this.codes, depth);
    this.addresses = widened(this.addresses, this.codes.length);
    if (this.depthAtWord.length < copy.words.length / 2) {
      this.depthAtWord = new Int32Array(copy.words.length / 2);
      growth.count++;
    }
  }

  /**
   * Notes the frames outside the data stack above a depth.
   * @param depths the depth that is sure below each, highest first.
   */
  replaceGuards(kept: number, offsets: readonly number[], depths: readonly number[]): void {
    while ((this.#guardDepths.at(-1) ?? -1) >= kept) {
      this.#guardDepths.pop();
      this.#guardOffsets.pop();
    }
    for (let i = depths.length - 1; i >= 0; i--) {
      this.#guardDepths.push(depths[i]!);
      this.#guardOffsets.push(offsets[i]!);
    }
  }
}
