import type { Address } from "../../../ffi/process.ts";
import type { DebugOffsets } from "../debug_offsets.ts";
import { pointerAt } from "../memory.ts";
import type { ObjectReader } from "./object_reader.ts";
import type { Value } from "./value.ts";
import type { ValueReader } from "./value_reader.ts";

/** A variable of a function that runs. */
export interface LocalVariable {
  /** Untrusted text. */
  readonly name: string;
  /** `free`: it belongs to a function around this one. */
  readonly kind: "argument" | "local" | "free";
  readonly value: Value;
}

/** More variables of one function are left out. */
const MOST_VARIABLES = 1000;
/** Readings of one variable that changes meanwhile. */
const MOST_READINGS = 4;
/** Kinds of variables from 3.11 on (CPython Include/internal/pycore_code.h, `CO_FAST_*`). */
const CELL = 0x40;
const FREE = 0x80;
/** `co_flags`: the function takes `*args`, `**kwargs`. */
const VARIABLE_ARGUMENTS = 4;
const VARIABLE_KEYWORDS = 8;

/** Where a code object and a frame have variables. */
interface Places {
  /** Of the values in a frame. */
  readonly values: number;
  readonly argumentCount: number;
  /** Names and kinds of all variables; −1 up to 3.10, where they stand in three tuples. */
  readonly names: number;
  readonly kinds: number;
  readonly variables: number;
  readonly cells: number;
  readonly frees: number;
}

/**
 * Reads the variables of functions that run: those that have a value. Modules and bodies of classes keep
 * theirs in a dictionary and have none here.
 */
export class LocalsReader {
  readonly #places: Places;

  constructor(
    readonly objects: ObjectReader,
    readonly values: ValueReader,
    offsets: DebugOffsets,
  ) {
    const { or } = offsets;
    this.#places = {
      values: or("interpreter_frame.localsplus", or("frame_object.f_localsplus", -1)),
      argumentCount: offsets.get("code_object.argcount"),
      names: or("code_object.localsplusnames", -1),
      kinds: or("code_object.localspluskinds", -1),
      variables: or("code_object.varnames", -1),
      cells: or("code_object.cellvars", -1),
      frees: or("code_object.freevars", -1),
    };
  }

  /**
   * The variables of the frame at an address, arguments first.
   * @param firstLine of its function: a frame of another one has taken its place if that differs.
   * @returns undefined if the frame has gone on to something else, or cannot be read.
   */
  read(frame: Address, firstLine: number): LocalVariable[] | undefined {
    const { reader, layout } = this.objects;
    const code = this.#codeOf(frame);
    if (code === 0 || reader.int32(code + layout.code.firstLine) !== firstLine) return undefined;
    const names = this.#namesOf(code);
    const argumentCount = this.#countArguments(code);
    if (names === undefined || argumentCount === undefined) return undefined;
    const variables: LocalVariable[] = [];
    for (const [slot, { name, isCell, isFree }] of names.entries()) {
      const at = frame + this.#places.values + slot * 8;
      const value = this.values.limits.isSecret(name)
        ? this.#isSet(at, isCell) ? HIDDEN : undefined
        : this.#readSlot(at, isCell);
      if (value === undefined) continue;
      const kind = isFree ? "free" : slot < argumentCount ? "argument" : "local";
      variables.push({ name, kind, value });
    }
    return this.#codeOf(frame) === code ? variables : undefined;
  }

  #codeOf(frame: Address): Address {
    const { reader, layout } = this.objects;
    const code = this.#untag(reader.pointer(frame + layout.frame.executable) ?? 0);
    return code !== 0 && this.objects.typeOf(code)?.name === "code" ? code : 0;
  }

  /** Names of all variables in the order of their places. */
  #namesOf(code: Address): { name: string; isCell: boolean; isFree: boolean }[] | undefined {
    const { names, kinds, variables, cells, frees } = this.#places;
    if (names < 0) {
      const own = this.#readNames(code + variables);
      const inner = this.#readNames(code + cells);
      const outer = this.#readNames(code + frees);
      if (own === undefined || inner === undefined || outer === undefined) return undefined;
      return [
        ...own.map((name) => ({ name, isCell: false, isFree: false })),
        ...inner.map((name) => ({ name, isCell: true, isFree: false })),
        ...outer.map((name) => ({ name, isCell: true, isFree: true })),
      ];
    }
    const all = this.#readNames(code + names);
    const { reader, fields } = this.objects;
    const object = reader.pointer(code + kinds) ?? 0;
    const bytes = all && reader.bytes(object + fields.bytesData, all.length);
    if (all === undefined || bytes === undefined) return undefined;
    return all.map((name, i) => {
      const kind = bytes[i]!;
      return { name, isCell: (kind & (CELL | FREE)) !== 0, isFree: (kind & FREE) !== 0 };
    });
  }

  /** The texts of the tuple that is pointed to. */
  #readNames(at: Address): string[] | undefined {
    const { objects } = this;
    const tuple = objects.reader.pointer(at) ?? 0;
    if (objects.typeOf(tuple)?.name !== "tuple") return undefined;
    const size = Math.min(objects.size(tuple) ?? 0, MOST_VARIABLES);
    const items = objects.pointers(tuple + objects.fields.tupleItems, size);
    const texts = items?.map((item) => objects.text(item));
    return texts?.every((text) => text !== undefined) ? texts : undefined;
  }

  /** Positional arguments, positional-only ones among them, those by keyword alone, and the collecting two. */
  #countArguments(code: Address): number | undefined {
    const { reader, layout } = this.objects;
    const bytes = reader.bytes(code + this.#places.argumentCount, 12);
    const flags = reader.int32(code + layout.code.flags);
    if (bytes === undefined || flags === undefined) return undefined;
    const view = new DataView(bytes.buffer);
    return view.getInt32(0, true) + view.getInt32(8, true) +
      Number((flags & VARIABLE_ARGUMENTS) !== 0) + Number((flags & VARIABLE_KEYWORDS) !== 0);
  }

  /** The value in a slot, which was the same before it was read and after; undefined for none. */
  #readSlot(at: Address, isCell: boolean): Value | undefined {
    for (let reading = 0; reading < MOST_READINGS; reading++) {
      const object = this.#objectIn(at, isCell);
      if (object === 0) return undefined;
      const value: Value = object === undefined ? UNREADABLE : this.values.read(object);
      if (object !== undefined && this.#objectIn(at, isCell) === object) return value;
    }
    return UNREADABLE;
  }

  #isSet(at: Address, isCell: boolean): boolean {
    return this.#objectIn(at, isCell) !== 0;
  }

  /** The object that a slot holds, itself or in a cell; 0 for none. */
  #objectIn(at: Address, isCell: boolean): Address | undefined {
    const bytes = this.objects.reader.bytes(at, 8);
    if (bytes === undefined) return undefined;
    const object = this.#untag(pointerAt(new DataView(bytes.buffer), 0));
    if (object === 0 || !isCell || this.objects.typeOf(object)?.name !== "cell") return object;
    return this.objects.reader.pointer(object + this.objects.fields.head);
  }

  /** From 3.14 on, the lowest two bits of what stands in frames are a tag. */
  #untag(word: Address): Address {
    return this.objects.fields.minor < 14 ? word : word - word % 4;
  }
}

const UNREADABLE: Value = { kind: "unreadable" };
const HIDDEN: Value = { kind: "hidden" };
