import type { Address } from "../../../ffi/process.ts";
import type { DebugOffsets } from "../debug_offsets.ts";
import type { Layout } from "../layout.ts";
import { type MemoryReader, pointerAt } from "../memory.ts";
import { readUnicode } from "../unicode.ts";
import { buildObjectLayout, type ObjectLayout, TYPE_FLAG } from "./object_layout.ts";

/** What a type says of its objects. */
export interface ObjectType {
  readonly address: Address;
  /** As written behind `class`; those of C have their module in front. Untrusted text. */
  readonly name: string;
  /** See {@link TYPE_FLAG}. */
  readonly flags: number;
  readonly basicSize: number;
  /** Its objects can be called. */
  readonly isCallable: boolean;
  /** Where an object has its dictionary; 0: nowhere, negative: from its end. */
  readonly dictOffset: number;
  readonly base: Address;
  readonly dict: Address;
  /** The names of attributes that its objects share; 0 where there are none. */
  readonly cachedKeys: Address;
}

/** Longest name of a type that is read, bytes. */
const LONGEST_TYPE_NAME = 256;
const LARGEST_OBJECT = 1 << 30;

/**
 * Reads Python objects of one moment: types are remembered by their addresses, so it is to be thrown away
 * when the target has run on for a while. Everything read may be garbage, and is checked as far as it can.
 */
export class ObjectReader {
  readonly reader: MemoryReader;
  readonly layout: Layout;
  readonly fields: ObjectLayout;
  /** Names and offsets of the slots of classes that were asked for, by the class. */
  readonly slots = new Map<Address, readonly [name: string, offset: number][]>();
  /** Names of the attributes that the objects of a class share, by the address of the keys that have them. */
  readonly names = new Map<Address, readonly (string | undefined)[]>();
  /** Names of the fields of named tuples, by the class. */
  readonly fieldNames = new Map<Address, readonly string[] | undefined>();
  readonly #types = new Map<Address, ObjectType | undefined>();
  /** Types of types, by address. */
  readonly #metatypes = new Map<Address, boolean>();

  constructor(
    { reader, layout, offsets }: {
      readonly reader: MemoryReader;
      readonly layout: Layout;
      readonly offsets: DebugOffsets;
    },
  ) {
    this.reader = reader;
    this.layout = layout;
    this.fields = buildObjectLayout(offsets);
  }

  /** The type of the object at an address; undefined if there is none. */
  typeOf(object: Address): ObjectType | undefined {
    if (object % 8 !== 0) return undefined;
    const type = this.reader.pointer(object + this.fields.type);
    return type === undefined ? undefined : this.type(type);
  }

  /** The type at an address; undefined if there is none. */
  type(address: Address): ObjectType | undefined {
    if (this.#types.has(address)) return this.#types.get(address);
    const found = this.#readType(address);
    this.#types.set(address, found);
    return found;
  }

  /** The text of a `str` object; undefined if it is none. Long ones are cut. */
  text(object: Address): string | undefined {
    return readUnicode(this.reader, this.layout, object);
  }

  /** The count of items of a tuple, a list or bytes; undefined where it makes no sense. */
  size(object: Address): number | undefined {
    const size = this.reader.pointer(object + this.fields.size);
    return size === undefined || size > LARGEST_OBJECT ? undefined : size;
  }

  /** Several pointers in a row; undefined unless all can be read. */
  pointers(address: Address, count: number): Address[] | undefined {
    if (!(address > 0)) return count === 0 ? [] : undefined;
    const bytes = this.reader.bytes(address, count * 8);
    if (bytes === undefined) return undefined;
    const view = new DataView(bytes.buffer);
    return Array.from({ length: count }, (_, i) => pointerAt(view, i * 8));
  }

  #readType(address: Address): ObjectType | undefined {
    if (!(address > 0) || address % 8 !== 0) return undefined;
    const { types, type } = this.fields;
    // Types of C are shorter, and may be the last thing in their memory.
    const bytes = this.reader.bytesUpTo(address, types.cachedKeys + 8);
    if (bytes.length < types.dictOffset + 8) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!this.#isMetatype(pointerAt(view, type))) return undefined;
    const name = this.#readName(pointerAt(view, types.name));
    const flags = view.getUint32(types.flags, true);
    const basicSize = pointerAt(view, types.basicSize);
    if (name === undefined || basicSize > LARGEST_OBJECT) return undefined;
    const isLong = (flags & TYPE_FLAG.heapType) !== 0 && bytes.length >= types.cachedKeys + 8;
    return {
      address,
      name,
      flags,
      basicSize,
      isCallable: pointerAt(view, types.call) !== 0,
      dictOffset: Number(view.getBigInt64(types.dictOffset, true)),
      base: pointerAt(view, types.base),
      dict: pointerAt(view, types.dict),
      cachedKeys: isLong ? pointerAt(view, types.cachedKeys) : 0,
    };
  }

  /** The type of a type is a subclass of `type`. */
  #isMetatype(address: Address): boolean {
    let known = this.#metatypes.get(address);
    if (known === undefined) {
      const flags = this.reader.int32(address + this.fields.types.flags) ?? 0;
      known = hasFlag(flags, TYPE_FLAG.type);
      this.#metatypes.set(address, known);
    }
    return known;
  }

  #readName(address: Address): string | undefined {
    if (!(address > 0)) return undefined;
    const bytes = this.reader.bytesUpTo(address, LONGEST_TYPE_NAME);
    const end = bytes.indexOf(0);
    if (end <= 0) return undefined;
    return new TextDecoder().decode(bytes.subarray(0, end));
  }
}

/** Tells whether a type's flags have a bit of {@link TYPE_FLAG}. */
export function hasFlag(flags: number, flag: number): boolean {
  return (flags & flag) !== 0;
}
