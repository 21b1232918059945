import type { Address } from "../../../ffi/process.ts";
import { findEntries } from "../dict.ts";
import { pointerAt } from "../memory.ts";
import type { ObjectReader } from "./object_reader.ts";

/** A key and its value. */
export interface DictEntry {
  readonly key: Address;
  readonly value: Address;
  /** Low and high half of the key's hash; 0 where the dictionary does not keep it (string keys alone). */
  readonly hashLow: number;
  readonly hashHigh: number;
}

/** More places than any dictionary has. */
const LARGEST_DICT = 2 ** 31;

/**
 * The entries of a dictionary in order of insertion, those of objects that share their keys in the order
 * of these.
 * @param most places for entries that are looked at; what comes behind them is left out.
 * @returns undefined if it cannot be read or is too large to be true.
 */
export function readDictEntries(
  objects: ObjectReader,
  dict: Address,
  most: number,
): DictEntry[] | undefined {
  const { reader, layout, fields } = objects;
  const keys = reader.pointer(dict + fields.dictKeys);
  const values = reader.pointer(dict + fields.dictValues);
  if (keys === undefined || values === undefined) return undefined;
  const found = findEntries(reader, layout, keys, LARGEST_DICT);
  if (found === undefined) return undefined;
  const count = Math.min(found.count, most);
  const bytes = reader.bytes(found.address, count * found.size);
  if (bytes === undefined) return undefined;
  const split = values === 0 ? undefined : readValues(objects, values, count);
  if (values !== 0 && split === undefined) return undefined;
  const view = new DataView(bytes.buffer);
  const entries: DictEntry[] = [];
  for (let i = 0; i < count; i++) {
    const at = i * found.size + found.key;
    const key = pointerAt(view, at);
    const value = split?.[i] ?? pointerAt(view, at + 8);
    if (key === 0 || value === 0) continue;
    const hashLow = found.key === 0 ? 0 : view.getUint32(at - 8, true);
    const hashHigh = found.key === 0 ? 0 : view.getUint32(at - 4, true);
    entries.push({ key, value, hashLow, hashHigh });
  }
  return entries;
}

/** The keys of a keys object by their places; 0 for a place without one. */
export function readKeys(objects: ObjectReader, keys: Address): Address[] | undefined {
  const { reader, layout } = objects;
  const found = findEntries(reader, layout, keys);
  const bytes = found && reader.bytes(found.address, found.count * found.size);
  if (found === undefined || bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer);
  return Array.from({ length: found.count }, (_, i) => pointerAt(view, i * found.size + found.key));
}

/**
 * Values that lie apart from their keys. From 3.13 on four bytes about them come first, padded to eight
 * (CPython Include/internal/pycore_dict.h, `_dictvalues`).
 */
export function readValues(
  objects: ObjectReader,
  values: Address,
  count: number,
): Address[] | undefined {
  return objects.pointers(values + (objects.fields.minor < 13 ? 0 : 8), count);
}
