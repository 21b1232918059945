import type { Address } from "../../../ffi/process.ts";
import { readAttributes } from "../objects/attributes.ts";
import { ObjectReader } from "../objects/object_reader.ts";
import type { MemoryReader } from "../memory.ts";
import type { Runtime } from "../runtime.ts";
import type { FutureLayout } from "./future_layouts.ts";

/** Futures between a task and one that waits for it: of `gather`, `wait`, `shield`, `wait_for`. */
const MOST_BETWEEN = 8;
/** Callbacks of a future that are looked at. */
const MOST_CALLBACKS = 4096;
/** What a function or a partial call has at hand. */
const MOST_HELD = 32;
const MOST_BASES = 8;

/** Where functions keep what they have at hand, behind the head of the object (CPython 3.11–3.13 Include/cpython/funcobject.h, methodobject.h, classobject.h, Modules/_functoolsmodule.c). */
const SELF = 8;
const CLOSURE = 56;
const PARTIAL_ARGUMENTS = 8;
/** The task in a task group that waits for all others (CPython Lib/asyncio/taskgroups.py). */
const GROUP_PARENT = "_parent_task";

/** The types of an interpreter's `_asyncio` module. */
export interface FutureTypes {
  readonly task: Address;
  readonly future: Address;
}

/**
 * Finds out who waits for a future from what is to be called when it is done, as before 3.14 nothing else
 * tells: the step of a task; a method of a task group; functions that have a future at hand, which others
 * wait for.
 */
export class CallbackReader {
  readonly #kinds = new Map<Address, "task" | "future" | "other">();

  constructor(readonly runtime: Runtime, readonly layout: FutureLayout) {}

  /** Whether the object at an address is a task, another future, or neither. */
  kindOf(reader: MemoryReader, object: Address, types: FutureTypes): "task" | "future" | "other" {
    const at = object === 0 || object % 8 !== 0
      ? undefined
      : reader.pointer(object + this.runtime.layout.object.type);
    if (at === undefined) return "other";
    const known = this.#kinds.get(at);
    if (known !== undefined) return known;
    const objects = new ObjectReader(this.runtime);
    let type = objects.type(at);
    for (let i = 0; type !== undefined && i < MOST_BASES; i++) {
      const kind = kindByType(type.address, types);
      if (kind !== undefined) {
        this.#kinds.set(at, kind);
        return kind;
      }
      type = type.base === 0 ? undefined : objects.type(type.base);
    }
    return "other";
  }

  /** The tasks that wait for a future; undefined if that cannot be read. */
  awaitersOf(reader: MemoryReader, future: Address, types: FutureTypes): Address[] | undefined {
    const objects = new ObjectReader({ ...this.runtime, reader });
    const awaiters = new Set<Address>();
    const between = [future];
    const met = new Set(between);
    for (const one of between) {
      const callbacks = this.#callbacksOf(objects, one);
      if (callbacks === undefined) return undefined;
      for (const callback of callbacks) {
        for (const held of this.#heldBy(objects, callback)) {
          const kind = met.has(held) ? "other" : this.kindOf(reader, held, types);
          if (kind === "task") awaiters.add(held);
          if (kind !== "future" || met.size > MOST_BETWEEN) continue;
          met.add(held);
          between.push(held);
        }
      }
    }
    return [...awaiters];
  }

  /** The first callback has a place of its own; the others are in a list, each with its context. */
  #callbacksOf(objects: ObjectReader, future: Address): Address[] | undefined {
    const { callback, callbacks } = this.layout;
    const { reader, fields } = objects;
    const first = reader.pointer(future + callback);
    const list = reader.pointer(future + callbacks);
    if (first === undefined || list === undefined) return undefined;
    const found = first === 0 ? [] : [first];
    if (list === 0 || objects.typeOf(list)?.name !== "list") return found;
    const size = Math.min(objects.size(list) ?? 0, MOST_CALLBACKS);
    const items = objects.pointers(reader.pointer(list + fields.size + 8) ?? 0, size);
    for (const pair of items ?? []) {
      const [call = 0] = objects.pointers(pair + fields.tupleItems, 1) ?? [];
      if (call !== 0) found.push(call);
    }
    return found;
  }

  /** What a callback has at hand that could be a future. */
  #heldBy(objects: ObjectReader, callback: Address): Address[] {
    const { reader, fields } = objects;
    const type = objects.typeOf(callback)?.name;
    const at = callback + fields.head;
    if (type === "builtin_function_or_method") return [reader.pointer(at + SELF) ?? 0];
    if (type === "method") return this.#heldByMethod(objects, reader.pointer(at + SELF) ?? 0);
    if (type === "function") {
      return this.#items(objects, reader.pointer(at + CLOSURE) ?? 0)
        .map((cell) => reader.pointer(cell + fields.head) ?? 0);
    }
    if (type === "functools.partial") {
      return this.#items(objects, reader.pointer(at + PARTIAL_ARGUMENTS) ?? 0);
    }
    return [];
  }

  #heldByMethod(objects: ObjectReader, self: Address): Address[] {
    const type = objects.typeOf(self);
    const attributes = type && readAttributes(objects, self, type);
    return [attributes?.get(GROUP_PARENT) ?? 0];
  }

  #items(objects: ObjectReader, tuple: Address): Address[] {
    if (tuple === 0 || objects.typeOf(tuple)?.name !== "tuple") return [];
    const size = Math.min(objects.size(tuple) ?? 0, MOST_HELD);
    return objects.pointers(tuple + objects.fields.tupleItems, size) ?? [];
  }
}

function kindByType(type: Address, { task, future }: FutureTypes): "task" | "future" | undefined {
  if (type === task) return "task";
  return type === future ? "future" : undefined;
}
