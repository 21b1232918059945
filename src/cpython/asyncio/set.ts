import type { Address } from "../../../ffi/process.ts";
import type { DebugOffsets } from "../debug_offsets.ts";
import type { Layout } from "../layout.ts";
import { type MemoryReader, pointerAt } from "../memory.ts";

/** Larger tables are taken for garbage. */
const MOST_SLOTS = 1 << 21;
/** A key and its hash (CPython Include/cpython/setobject.h). */
const ENTRY = 16;

/**
 * The objects in a `set`.
 * @returns undefined if it cannot be read or its table makes no sense.
 */
export function readPointers(
  reader: MemoryReader,
  { object }: Layout,
  { get }: DebugOffsets,
  set: Address,
): Address[] | undefined {
  const from = object.varSize;
  const head = reader.bytes(set + from, get("set_object.table") + 8 - from);
  if (head === undefined) return undefined;
  const view = new DataView(head.buffer);
  const slots = pointerAt(view, get("set_object.mask") - from) + 1;
  if (slots > MOST_SLOTS) return undefined;
  const table = reader.bytes(pointerAt(view, get("set_object.table") - from), slots * ENTRY);
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
