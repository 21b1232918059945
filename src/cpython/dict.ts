import type { Address } from "../../ffi/process.ts";
import type { Layout } from "./layout.ts";
import { type MemoryReader, pointerAt } from "./memory.ts";
import { readUnicode } from "./unicode.ts";

/** Dictionaries of modules have hundreds of entries; more than this is garbage or not our concern. */
const MOST_ENTRIES = 4096;
/** Bytes of a keys object in front of its indices, up to 3.10 and from 3.11 on (CPython Include/internal/pycore_dict.h). */
const OLD_HEAD = 40;
const NEW_HEAD = 32;

/** The entries of a dictionary's keys object. */
export interface Entries {
  readonly address: Address;
  readonly count: number;
  readonly size: number;
  /** Offset of the key in an entry; the value comes next. */
  readonly key: number;
}

/**
 * Finds the value of a string key in a dictionary whose values lie beside the keys, as those of modules do.
 * @param dict address of the dictionary object.
 * @param most entries of a dictionary that is to be believed.
 */
export function findInDict(
  reader: MemoryReader,
  layout: Layout,
  dict: Address,
  key: string,
  most = MOST_ENTRIES,
): Address | undefined {
  const keys = reader.pointer(dict + layout.dictKeys);
  const entries = keys === undefined ? undefined : findEntries(reader, layout, keys, most);
  if (entries === undefined) return undefined;
  const bytes = reader.bytes(entries.address, entries.count * entries.size);
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer);
  for (let at = entries.key; at < bytes.length; at += entries.size) {
    const value = pointerAt(view, at + 8);
    if (value !== 0 && readUnicode(reader, layout, pointerAt(view, at)) === key) return value;
  }
  return undefined;
}

/** Where the entries of a keys object are; undefined if it cannot be read or is too large to be true. */
export function findEntries(
  reader: MemoryReader,
  layout: Layout,
  keys: Address,
  most = MOST_ENTRIES,
): Entries | undefined {
  const head = reader.bytes(keys, OLD_HEAD);
  if (head === undefined) return undefined;
  const view = new DataView(head.buffer);
  const old = layout.minor < 11;
  const count = pointerAt(view, old ? 32 : 24);
  if (count > most) return undefined;
  if (old) {
    const slots = pointerAt(view, 8);
    const width = slots <= 0xff ? 1 : slots <= 0xffff ? 2 : 4;
    return { address: keys + OLD_HEAD + slots * width, count, size: 24, key: 8 };
  }
  const address = keys + NEW_HEAD + 2 ** view.getUint8(9);
  // Kind 0 holds keys of any type with their hashes; the others hold strings alone.
  return view.getUint8(10) === 0
    ? { address, count, size: 24, key: 8 }
    : { address, count, size: 16, key: 0 };
}
