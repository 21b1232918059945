import type { Address } from "../../../ffi/process.ts";
import type { DebugOffsets } from "../debug_offsets.ts";
import { type MemoryReader, pointerAt } from "../memory.ts";

/** Larger tables are taken for garbage. */
const MOST_SLOTS = 1 << 21;
/** A key and its hash (CPython Include/cpython/setobject.h). */
const ENTRY = 16;

/**
 * The objects in a `set`.
 * @param most places of a table that is to be believed: some times as many as there are objects.
 * @returns undefined if it cannot be read or its table makes no sense.
 */
export function readPointers(
  reader: MemoryReader,
  { get, or }: DebugOffsets,
  set: Address,
  most = MOST_SLOTS,
): Address[] | undefined {
  // Counts of what is and was in it come first (CPython 3.11–3.15 Include/cpython/setobject.h).
  const from = or("set_object.mask", get("pyobject.size") + 16);
  const head = reader.bytes(set + from, 16);
  if (head === undefined) return undefined;
  const view = new DataView(head.buffer);
  const slots = pointerAt(view, 0) + 1;
  if (slots > most) return undefined;
  const table = reader.bytes(pointerAt(view, 8), slots * ENTRY);
  if (table === undefined) return undefined;
  const entries = new DataView(table.buffer);
  const keys: Address[] = [];
  for (let at = 0; at < table.length; at += ENTRY) {
    const key = pointerAt(entries, at);
    // What was taken out leaves an object with a hash that no other has.
    const isGone = entries.getInt32(at + 8, true) === -1 && entries.getInt32(at + 12, true) === -1;
    if (key !== 0 && !isGone) keys.push(key);
  }
  return keys;
}
