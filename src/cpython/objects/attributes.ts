import type { Address } from "../../../ffi/process.ts";
import { readDictEntries, readKeys, readValues } from "./dict_entries.ts";
import { TYPE_FLAG } from "./object_layout.ts";
import { hasFlag, type ObjectReader, type ObjectType } from "./object_reader.ts";

/** Attributes by name; the names are untrusted text. */
export type Attributes = Map<string, Address>;

/** Classes above a class that are looked through for slots. */
const MOST_BASES = 32;
/** More attributes are not looked at. */
const MOST_ATTRIBUTES = 1000;
/** `T_OBJECT_EX`, the kind of members that `__slots__` makes (CPython Include/descrobject.h). */
const SLOT_KIND = 16;

/**
 * The attributes that an object itself has: of its dictionary, in whatever form that is kept, and of its
 * slots.
 * @returns undefined if they cannot be read; none if the object has no place for any.
 */
export function readAttributes(
  objects: ObjectReader,
  object: Address,
  type: ObjectType,
): Attributes | undefined {
  const attributes: Attributes = new Map();
  if (!addSlots(objects, object, type, attributes)) return undefined;
  return addDictionary(objects, object, type, attributes) ? attributes : undefined;
}

/**
 * Where the attributes are, by version: 3.8–3.10 in a dictionary at `tp_dictoffset`; 3.11 in an array at
 * −32 or a dictionary at −24; 3.12 either of them at −24, told apart by the lowest bit; from 3.13 on in a
 * dictionary at −24 (free-threaded: −8) or behind the object itself.
 * (CPython Objects/dictobject.c, Include/internal/pycore_object.h, pycore_dict.h of each version.)
 */
function addDictionary(
  objects: ObjectReader,
  object: Address,
  type: ObjectType,
  attributes: Attributes,
): boolean {
  const { reader, fields } = objects;
  const { minor } = fields;
  if (minor < 11 || !hasFlag(type.flags, TYPE_FLAG.managedDict)) {
    // Objects of varying length have theirs at the end, which is not looked for.
    if (type.dictOffset <= 0 || type.dictOffset + 8 > type.basicSize) return true;
    const dict = reader.pointer(object + type.dictOffset);
    if (dict === undefined) return false;
    return dict === 0 || addEntries(objects, dict, attributes);
  }
  const word = reader.pointer(object - (fields.freeThreaded ? 8 : 24));
  if (word === undefined) return false;
  if (minor === 12 && word % 2 === 1) return addValues(objects, word + 1, type, attributes);
  if (word !== 0) return addEntries(objects, word, attributes);
  if (minor === 11) {
    const values = reader.pointer(object - 32);
    if (values === undefined) return false;
    return values === 0 || addValues(objects, values, type, attributes);
  }
  if (minor === 12 || !hasFlag(type.flags, TYPE_FLAG.inlineValues)) return true;
  const values = object + type.basicSize;
  const head = reader.bytes(values, 4);
  // The last byte says whether the values are in use.
  if (head === undefined) return false;
  return head[3] === 0 || addValues(objects, values, type, attributes);
}

function addEntries(objects: ObjectReader, dict: Address, attributes: Attributes): boolean {
  const type = objects.typeOf(dict);
  if (type === undefined || !hasFlag(type.flags, TYPE_FLAG.dict)) return false;
  const entries = readDictEntries(objects, dict, MOST_ATTRIBUTES);
  if (entries === undefined) return false;
  for (const { key, value } of entries) {
    const name = objects.text(key);
    if (name === undefined) return false;
    attributes.set(name, value);
  }
  return true;
}

/** Values whose names the type has. */
function addValues(
  objects: ObjectReader,
  address: Address,
  type: ObjectType,
  attributes: Attributes,
): boolean {
  if (type.cachedKeys === 0) return true;
  const names = sharedNames(objects, type.cachedKeys);
  const values = names && readValues(objects, address, names.length);
  if (names === undefined || values === undefined) return false;
  const places = [...insertionOrder(objects, address), ...names.keys()];
  for (const i of new Set(places)) {
    if (!values[i] || names[i] === "") continue;
    const name = names[i];
    if (name === undefined) return false;
    attributes.set(name, values[i]!);
  }
  return true;
}

/** Names by their places, "" for a place without one and undefined for one that cannot be read. */
function sharedNames(
  objects: ObjectReader,
  keys: Address,
): readonly (string | undefined)[] | undefined {
  const known = objects.names.get(keys);
  if (known !== undefined) return known;
  const found = readKeys(objects, keys)?.map((key) => key === 0 ? "" : objects.text(key));
  if (found !== undefined) objects.names.set(keys, found);
  return found;
}

/**
 * From 3.13 on, the places of values in the order in which they were set: bytes behind the values, which are
 * told how many of these there can be and are (CPython Include/internal/pycore_dict.h). The keys of 3.14 and
 * later are sorted, those before in order of the first object.
 */
function insertionOrder(objects: ObjectReader, values: Address): readonly number[] {
  if (objects.fields.minor < 13) return [];
  const [capacity = 0, size = 0] = objects.reader.bytes(values, 2) ?? [];
  return [...objects.reader.bytes(values + 8 + capacity * 8, size) ?? []];
}

/** What classes of Python declare in `__slots__`, also those above the object's own. */
function addSlots(
  objects: ObjectReader,
  object: Address,
  type: ObjectType,
  attributes: Attributes,
): boolean {
  let one: ObjectType | undefined = type;
  for (let i = 0; i < MOST_BASES; i++) {
    if (one === undefined) return false;
    if (!hasFlag(one.flags, TYPE_FLAG.heapType)) return true;
    for (const [name, offset] of slotsOf(objects, one)) {
      if (offset + 8 > type.basicSize) return false;
      const value = objects.reader.pointer(object + offset);
      if (value === undefined) return false;
      if (value !== 0 && !attributes.has(name)) attributes.set(name, value);
    }
    if (one.base === 0) return true;
    one = objects.type(one.base);
  }
  return false;
}

/** Names and offsets of a class's own slots. */
function slotsOf(objects: ObjectReader, type: ObjectType): readonly [string, number][] {
  const known = objects.slots.get(type.address);
  if (known !== undefined) return known;
  const found: [string, number][] = [];
  for (const { key, value } of readDictEntries(objects, type.dict, MOST_ATTRIBUTES) ?? []) {
    if (objects.typeOf(value)?.name !== "member_descriptor") continue;
    // Behind type, name and qualified name (CPython Include/cpython/descrobject.h).
    const member = objects.reader.pointer(value + objects.fields.head + 24) ?? 0;
    const kind = objects.reader.int32(member + 8);
    const offset = objects.reader.pointer(member + 16);
    const name = objects.text(key);
    if (kind === SLOT_KIND && offset !== undefined && name !== undefined) {
      found.push([name, offset]);
    }
  }
  objects.slots.set(type.address, found);
  return found;
}
