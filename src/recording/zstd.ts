/** zstd as Deno has it (`node:zlib`), and its frames as bytes (RFC 8878). */

import { constants, createZstdDecompress, zstdCompressSync } from "node:zlib";
import { ByteWriter } from "./byte_writer.ts";
import { Damage } from "./damage.ts";

/** First bytes of a frame. */
export const FRAME_MAGIC = 0xfd2fb528;
/** First bytes of a frame that decoders skip; the low four bits are free. */
export const SKIPPABLE_MAGIC = 0x184d2a50;
/** A block is at most this long, compressed or not. */
const MOST_BLOCK = 128 * 1024;

/** What CPython's writer compresses with. */
const LEVEL = 5;
/** log2 of the largest window that is decompressed: CPython's files and ours have 21. */
const MOST_WINDOW = 24;

/** A frame without content and without its length, which decoders take for the start of a stream. */
export const EMPTY_FRAME: Uint8Array<ArrayBuffer> = Uint8Array.of(
  ...[0x28, 0xb5, 0x2f, 0xfd], // magic
  ...[0x00, 0x58], // no length, no checksum; a window of 2 MiB
  ...[0x01, 0x00, 0x00], // last block, raw, empty
);

/** Compresses into one frame with a checksum. */
export function compress(bytes: Uint8Array): Uint8Array {
  return plain(zstdCompressSync(bytes, {
    params: {
      [constants.ZSTD_c_compressionLevel]: LEVEL,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  }));
}

/** Puts bytes into a frame as they are. */
export function store(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.length / MOST_BLOCK));
  const frame = new Uint8Array(6 + 3 * blocks + bytes.length);
  frame.set(EMPTY_FRAME.subarray(0, 6));
  let to = 6;
  for (let block = 0; block < blocks; block++) {
    const content = bytes.subarray(block * MOST_BLOCK, (block + 1) * MOST_BLOCK);
    const header = (block === blocks - 1 ? 1 : 0) | content.length << 3;
    frame.set([header & 255, header >>> 8 & 255, header >>> 16], to);
    frame.set(content, to + 3);
    to += 3 + content.length;
  }
  return frame;
}

/**
 * Decompresses one frame.
 * @throws Damage if it is none, or longer than the limit.
 */
export function decompress(frame: Uint8Array, limit: number): Uint8Array {
  // One for all: to set one up takes longer than what it is used for.
  const decompressor = single ??= new Decompressor();
  decompressor.reset();
  const whole = new ByteWriter();
  for (let at = 0; at < frame.length; at += MOST_BLOCK) {
    for (const bytes of decompressor.push(frame.subarray(at, at + MOST_BLOCK))) {
      if (whole.length + bytes.length > limit) throw new Damage("a part of it is too long");
      whole.bytes(bytes);
    }
  }
  return whole.view();
}

let single: Decompressor | undefined;

/** Node's buffers are arrays of bytes too, but their `slice` copies nothing. */
function plain({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The part of Node's zlib bindings that decompresses step by step without waiting for events. */
interface Binding {
  writeSync(
    flush: number,
    input: Uint8Array,
    inputAt: number,
    inputLength: number,
    output: Uint8Array,
    outputAt: number,
    outputLength: number,
  ): void;
  reset(): void;
  close(): void;
}

/** Decompresses frame after frame in steps, as much as one block gives at a time. */
export class Decompressor {
  readonly #binding: Binding;
  /** Room left in the output, and input not taken yet, after each step. */
  readonly #state: Uint32Array;
  readonly #output = new Uint8Array(MOST_BLOCK);

  constructor() {
    const stream = createZstdDecompress({
      params: { [constants.ZSTD_d_windowLogMax]: MOST_WINDOW },
    });
    // The public interface tells errors by events only; here they are thrown.
    stream.on("error", () => {});
    const inner = stream as unknown as { _handle: Binding; _writeState: Uint32Array };
    this.#binding = inner._handle;
    this.#state = inner._writeState;
  }

  /**
   * What the next bytes of the stream decompress to, in pieces that are valid until the next one.
   * @param input at most a block and what is around it, so that the work of one call is bounded.
   */
  *push(input: Uint8Array): Generator<Uint8Array> {
    let from = 0;
    for (;;) {
      const length = input.length - from;
      try {
        this.#binding.writeSync(
          constants.ZSTD_e_continue,
          input,
          from,
          length,
          this.#output,
          0,
          this.#output.length,
        );
      } catch {
        throw new Damage("compressed bytes cannot be decompressed");
      }
      const [room = 0, untaken = 0] = this.#state;
      from += length - untaken;
      if (room < this.#output.length) yield this.#output.subarray(0, this.#output.length - room);
      if (room > 0) return;
    }
  }

  /** Forgets all before, so that another stream can begin. */
  reset(): void {
    this.#binding.reset();
  }

  close(): void {
    this.#binding.close();
  }
}

/** Where the blocks of a frame begin and whether a checksum follows the last one. */
export interface FrameHeader {
  readonly length: number;
  readonly checksum: boolean;
}

/** The longest frame header. */
export const MOST_FRAME_HEADER = 18;

/**
 * Reads the header of a frame.
 * @param bytes the frame from its magic on, up to {@link MOST_FRAME_HEADER} bytes.
 * @returns undefined if the bytes end before it does.
 */
export function readFrameHeader(bytes: Uint8Array): FrameHeader | undefined {
  const descriptor = bytes[4];
  if (descriptor === undefined) return undefined;
  const singleSegment = (descriptor & 32) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const content = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6]!;
  const length = 5 + (singleSegment ? 0 : 1) + dictionary + content;
  return length > bytes.length ? undefined : { length, checksum: (descriptor & 4) !== 0 };
}

/** A block's header: how many bytes follow it, and whether it is the last of its frame. */
export function readBlockHeader(bytes: Uint8Array): { length: number; last: boolean } {
  const word = bytes[0]! | bytes[1]! << 8 | bytes[2]! << 16;
  const kind = word >>> 1 & 3;
  const size = word >>> 3;
  if (kind === 3 || size > MOST_BLOCK) throw new Damage("compressed bytes have a wrong block");
  return { length: kind === 1 ? 1 : size, last: (word & 1) !== 0 };
}
