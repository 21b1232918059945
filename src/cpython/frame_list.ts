import type { Address } from "../../ffi/process.ts";
import { growth, withRoom } from "./pair_map.ts";

/** No place in the copy: a frame that was restored and not read. */
export const NOT_READ = -1;

/** Frames as columns, leaf first, re-used from one reading to the next. */
export class FrameList {
  /** 0 where the address is not known. */
  addresses: Float64Array = new Float64Array(256);
  /** Offsets in the copy, or {@link NOT_READ}. */
  offsets: Int32Array = new Int32Array(256);
  codes: Int32Array = new Int32Array(256);
  places: Int32Array = new Int32Array(256);
  count = 0;

  push(address: Address, offset: number, code: number, place: number): void {
    const n = this.count++;
    this.reserve(n + 1);
    this.addresses[n] = address;
    this.offsets[n] = offset;
    this.codes[n] = code;
    this.places[n] = place;
  }

  /** Makes room for so many frames. */
  reserve(count: number): void {
    if (count <= this.codes.length) return;
    this.codes = withRoom(this.codes, count);
    this.places = withRoom(this.places, count);
    this.offsets = withRoom(this.offsets, count);
    this.addresses = widened(this.addresses, this.codes.length);
  }

  /** Adds the frames of another list from one on. */
  append(other: FrameList, from: number, to: number): void {
    for (let n = from; n < to; n++) {
      this.push(other.addresses[n]!, other.offsets[n]!, other.codes[n]!, other.places[n]!);
    }
  }
}

/** The same column with room for at least `length` addresses. */
export function widened(column: Float64Array, length: number): Float64Array {
  if (length <= column.length) return column;
  const grown = new Float64Array(length);
  growth.count++;
  grown.set(column);
  return grown;
}
