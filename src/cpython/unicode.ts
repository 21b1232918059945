import type { Address } from "../../ffi/process.ts";
import type { Layout } from "./layout.ts";
import type { MemoryReader } from "./memory.ts";

/** Longer names are cut: a name is for people to read, and the length comes from the target. */
export const LONGEST_NAME = 4096;

/**
 * Reads a `str` object of any kind (CPython Include/cpython/unicodeobject.h, 3.8–3.15).
 * Lone surrogates stay as they are (file names with undecodable bytes have them).
 * @returns undefined if it cannot be read or is no such object.
 */
export function readUnicode(
  reader: MemoryReader,
  layout: Layout,
  address: Address,
): string | undefined {
  const { state, length, asciiData, compactData, stateShift } = layout.unicode;
  const head = reader.bytes(address, asciiData);
  if (head === undefined) return undefined;
  const view = new DataView(head.buffer);
  const word = view.getUint32(state, true) >>> stateShift;
  const kind = (word >>> 2) & 7;
  const compact = (word & 0x20) !== 0;
  const ascii = (word & 0x40) !== 0;
  const long = view.getUint32(length + 4, true) !== 0;
  if (long || (kind !== 1 && kind !== 2 && kind !== 4)) return undefined;
  // Strings made by the old C interface, up to 3.11, have their characters elsewhere.
  const elsewhere = layout.minor < 12 && !compact;
  if (!compact && !elsewhere) return undefined;

  const count = Math.min(view.getUint32(length, true), LONGEST_NAME);
  const from = elsewhere
    ? reader.pointer(address + compactData) ?? 0
    : address + (ascii ? asciiData : compactData);
  const data = reader.bytes(from, count * kind);
  return data === undefined ? undefined : decode(data, kind);
}

function decode(data: Uint8Array, kind: 1 | 2 | 4): string {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let text = "";
  for (let at = 0; at < data.length; at += kind) {
    const code = kind === 1
      ? data[at]!
      : kind === 2
      ? view.getUint16(at, true)
      : view.getUint32(at, true);
    text += code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
  }
  return text;
}
