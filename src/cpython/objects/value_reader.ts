import type { Address } from "../../../ffi/process.ts";
import { pointerAt } from "../memory.ts";
import { type Attributes, readAttributes } from "./attributes.ts";
import { readDictEntries } from "./dict_entries.ts";
import { nameOfObject } from "./named_objects.ts";
import { readFieldNames } from "./named_tuple.ts";
import { readFloat, readInt } from "./numbers.ts";
import { TYPE_FLAG } from "./object_layout.ts";
import { hasFlag, type ObjectReader, type ObjectType } from "./object_reader.ts";
import type { Value } from "./value.ts";

/** How much of values is read. */
export interface ValueLimits {
  /** Values within values within values. */
  readonly depth: number;
  /** Items of one list, tuple, set, dictionary or object. */
  readonly items: number;
  /** Characters of a text. */
  readonly characters: number;
  /** Objects that make up one value, in all. */
  readonly objects: number;
  /** Tells whether values under a name, as of a variable, an attribute or a key, are not to be read. */
  isSecret(name: string): boolean;
  /** Tells whether the time for all values is over. */
  isOver(): boolean;
}

const UNREADABLE: Value = { kind: "unreadable" };
/** Places of a set's table or a dictionary that are looked at for its items. */
const MOST_PLACES = 4096;

/** Reads values. What is not as it should be is said to be unreadable; nothing is followed for ever. */
export class ValueReader {
  #left = 0;
  /** Objects that the one being read is in. */
  readonly #around: Address[] = [];

  constructor(readonly objects: ObjectReader, readonly limits: ValueLimits) {}

  /** The value of the object at an address. */
  read(object: Address): Value {
    this.#left = this.limits.objects;
    this.#around.length = 0;
    return this.#read(object);
  }

  #read(object: Address): Value {
    if (this.#left-- <= 0 || this.limits.isOver()) return { kind: "late" };
    const type = this.objects.typeOf(object);
    if (type === undefined) return UNREADABLE;
    const plain = this.#readPlain(object, type);
    if (plain !== undefined) return plain;
    if (this.#around.includes(object)) return { kind: "cycle" };
    if (this.#around.length >= this.limits.depth) return { kind: "deep" };
    this.#around.push(object);
    const value = this.#readCompound(object, type) ?? UNREADABLE;
    this.#around.pop();
    return value;
  }

  /** Values that hold no others; undefined if it is not one of them. */
  #readPlain(object: Address, type: ObjectType): Value | undefined {
    const { objects } = this;
    const { fields } = objects;
    const { name, flags } = type;
    if (name === "NoneType") return { kind: "plain", text: "None" };
    if (name === "ellipsis") return { kind: "plain", text: "Ellipsis" };
    if (name === "NotImplementedType") return { kind: "plain", text: "NotImplemented" };
    if (name === "float") return plain(readFloat(objects, object + fields.float));
    if (name === "complex") {
      const real = readFloat(objects, object + fields.head);
      const imaginary = readFloat(objects, object + fields.head + 8);
      if (real === undefined || imaginary === undefined) return UNREADABLE;
      return { kind: "plain", text: `complex(${real}, ${imaginary})` };
    }
    if (hasFlag(flags, TYPE_FLAG.int)) {
      const text = readInt(objects, object);
      if (name === "bool") return plain(text && (text === "0" ? "False" : "True"));
      if (name === "int") return plain(text);
    }
    if (name === "str") return this.#readText(object);
    if (name === "bytes") return this.#readBytes(object);
    if (name === "bytearray") return this.#readByteArray(object);
    const named = nameOfObject(objects, object, type);
    return named === undefined ? undefined : { kind: "named", ...named };
  }

  #readCompound(object: Address, type: ObjectType): Value | undefined {
    const { name, flags } = type;
    const fields = hasFlag(flags, TYPE_FLAG.tuple) && readFieldNames(this.objects, type);
    if (fields) return this.#readNamedTuple(object, type, fields);
    const inner = this.#readContainer(object, type);
    if (inner === UNREADABLE) return inner;
    if (inner !== undefined && BUILT_IN.has(name)) return inner;
    if (hasFlag(flags, TYPE_FLAG.exception)) return this.#readException(object, type);
    const attributes = inner !== undefined && !hasFlag(flags, TYPE_FLAG.heapType)
      ? new Map<string, Address>()
      : readAttributes(this.objects, object, type);
    if (attributes === undefined) return UNREADABLE;
    if (inner === undefined && attributes.size === 0) {
      return { kind: "opaque", type: name, address: object };
    }
    return this.#describe(name, attributes, inner);
  }

  #describe(type: string, attributes: Attributes, inner?: Value): Value {
    const shown = [...attributes].slice(0, this.limits.items);
    return {
      kind: "object",
      type,
      ...(inner === undefined ? {} : { inner }),
      attributes: shown.map(([name, value]) => [name, this.#readNamed(name, value)]),
      length: attributes.size,
    };
  }

  #readNamedTuple(object: Address, type: ObjectType, names: readonly string[]): Value {
    const { objects } = this;
    const items = objects.pointers(object + objects.fields.tupleItems, names.length);
    const others = readAttributes(objects, object, type);
    const isWhole = objects.size(object) === names.length;
    if (!isWhole || items === undefined || others === undefined) return UNREADABLE;
    return this.#describe(
      type.name,
      new Map([...names.map((name, i) => [name, items[i]!] as const), ...others]),
    );
  }

  /** What lists and their like hold, of subclasses as well; undefined if it is none of them. */
  #readContainer(object: Address, { name, flags }: ObjectType): Value | undefined {
    const { objects } = this;
    const { fields } = objects;
    if (hasFlag(flags, TYPE_FLAG.tuple)) {
      const length = objects.size(object);
      return this.#readItems("tuple", object + fields.tupleItems, length);
    }
    if (hasFlag(flags, TYPE_FLAG.list)) {
      const items = objects.reader.pointer(object + fields.listItems);
      return this.#readItems("list", items ?? 0, objects.size(object));
    }
    if (hasFlag(flags, TYPE_FLAG.dict)) return this.#readDict(object);
    if (name === "set" || name === "frozenset") return this.#readSet(name, object);
    if (hasFlag(flags, TYPE_FLAG.str)) return this.#readText(object);
    if (hasFlag(flags, TYPE_FLAG.bytes)) return this.#readBytes(object);
    if (hasFlag(flags, TYPE_FLAG.int)) return plain(readInt(objects, object));
    return undefined;
  }

  #readItems(kind: "list" | "tuple", items: Address, length: number | undefined): Value {
    if (length === undefined) return UNREADABLE;
    const shown = this.objects.pointers(items, Math.min(length, this.limits.items));
    if (shown === undefined) return UNREADABLE;
    return { kind, items: shown.map((item) => this.#read(item)), length };
  }

  #readDict(dict: Address): Value {
    const { objects } = this;
    const length = objects.reader.pointer(dict + objects.fields.head);
    const entries = readDictEntries(objects, dict, MOST_PLACES);
    if (length === undefined || length > 2 ** 40 || entries === undefined) return UNREADABLE;
    const shown = entries.slice(0, Math.min(length, this.limits.items));
    return { kind: "dict", length, entries: shown.map(({ key, value }) => this.#pair(key, value)) };
  }

  #pair(key: Address, value: Address): [Value, Value] {
    const name = this.#read(key);
    return [name, this.#readNamed(textOf(name), value)];
  }

  /** A table of pairs of object and hash; the places of what was removed have the hash −1. */
  #readSet(kind: "set" | "frozenset", set: Address): Value {
    const { reader, fields } = this.objects;
    const length = reader.pointer(set + fields.head + 8);
    const mask = reader.pointer(set + fields.setMask);
    const table = reader.pointer(set + fields.setTable);
    if (length === undefined || mask === undefined || table === undefined) return UNREADABLE;
    if (length > mask) return UNREADABLE;
    const places = Math.min(mask + 1, MOST_PLACES);
    const bytes = reader.bytes(table, places * 16);
    if (bytes === undefined) return UNREADABLE;
    const view = new DataView(bytes.buffer);
    const items: Value[] = [];
    for (let at = 0; at < bytes.length && items.length < this.limits.items; at += 16) {
      const item = pointerAt(view, at);
      if (item !== 0 && view.getBigInt64(at + 8, true) !== -1n) items.push(this.#read(item));
    }
    return { kind, items, length };
  }

  #readNamed(name: string, value: Address): Value {
    return this.limits.isSecret(name) ? { kind: "hidden" } : this.#read(value);
  }

  /** Exceptions begin with their dictionary and their arguments (CPython Include/cpython/pyerrors.h). */
  #readException(object: Address, { name }: ObjectType): Value {
    const { objects } = this;
    const args = objects.reader.pointer(object + objects.fields.head + 8) ?? 0;
    const inner = this.#read(args);
    if (inner.kind !== "tuple") return UNREADABLE;
    return { kind: "object", type: name, inner, attributes: [], length: 0 };
  }

  #readText(object: Address): Value {
    const { reader, layout } = this.objects;
    const text = this.objects.text(object);
    const length = reader.pointer(object + layout.unicode.length);
    if (text === undefined || length === undefined) return UNREADABLE;
    const shown = [...text].slice(0, this.limits.characters).join("");
    return { kind: "str", text: shown, length };
  }

  #readBytes(object: Address): Value {
    return this.#readData(object + this.objects.fields.bytesData, this.objects.size(object), false);
  }

  /** Count, allocated bytes, their start, and where the content begins (CPython Include/cpython/bytearrayobject.h). */
  #readByteArray(object: Address): Value {
    const data = this.objects.reader.pointer(object + this.objects.fields.size + 24);
    return this.#readData(data ?? 0, this.objects.size(object), true);
  }

  #readData(address: Address, length: number | undefined, mutable: boolean): Value {
    if (length === undefined) return UNREADABLE;
    const shown = Math.min(length, this.limits.characters);
    const bytes = shown === 0 ? new Uint8Array(0) : this.objects.reader.bytes(address, shown);
    return bytes === undefined ? UNREADABLE : { kind: "bytes", bytes, length, mutable };
  }
}

/** Containers that are written without the name of their type. */
const BUILT_IN = new Set(["list", "tuple", "dict", "set", "frozenset", "str", "bytes", "int"]);

/** What a key says, if it is a text. */
function textOf(key: Value): string {
  if (key.kind === "bytes") return String.fromCharCode(...key.bytes);
  return key.kind === "str" ? key.text : "";
}

function plain(text: string | undefined): Value {
  return text === undefined ? UNREADABLE : { kind: "plain", text };
}
