import type { DebugOffsets } from "../debug_offsets.ts";

/**
 * Where the fields of Python objects are, in bytes, for one target. Taken from its debug offsets or the
 * table of its version; what these lack follows from what they have, with the place it was read in.
 */
export interface ObjectLayout {
  readonly minor: number;
  readonly freeThreaded: boolean;
  /** Size of what every object begins with; objects that say no more of themselves begin there. */
  readonly head: number;
  readonly type: number;
  /** Count of items of a tuple, a list or bytes. */
  readonly size: number;
  readonly tupleItems: number;
  /** Pointer to the items. */
  readonly listItems: number;
  readonly bytesData: number;
  /** Count and sign, and the 30-bit digits. */
  readonly intTag: number;
  readonly intDigits: number;
  readonly float: number;
  readonly setMask: number;
  readonly setTable: number;
  readonly dictKeys: number;
  readonly dictValues: number;
  /** Name of a generator or coroutine; its qualified name comes next. */
  readonly generatorName: number;
  readonly types: {
    readonly name: number;
    readonly basicSize: number;
    readonly flags: number;
    readonly call: number;
    readonly base: number;
    readonly dict: number;
    readonly dictOffset: number;
    readonly cachedKeys: number;
  };
}

/** Bits of `tp_flags` (CPython 3.8–3.15 Include/object.h). */
export const TYPE_FLAG = {
  /** From 3.13 on: attributes may lie behind the object itself. */
  inlineValues: 2 ** 2,
  /** From 3.11 on: the dictionary of attributes lies in front of the object. */
  managedDict: 2 ** 4,
  heapType: 2 ** 9,
  int: 2 ** 24,
  list: 2 ** 25,
  tuple: 2 ** 26,
  bytes: 2 ** 27,
  str: 2 ** 28,
  dict: 2 ** 29,
  exception: 2 ** 30,
  type: 2 ** 31,
} as const;

/** Names the fields of a target's objects. */
export function buildObjectLayout({ get, or, version, freeThreaded }: DebugOffsets): ObjectLayout {
  const head = get("pyobject.size");
  const name = get("type_object.tp_name");
  const flags = get("type_object.tp_flags");
  // The order of these members has never changed (CPython 3.8–3.15 Include/cpython/object.h).
  const dictOffset = or("type_object.tp_dictoffset", flags + 120);
  return {
    minor: version.minor,
    freeThreaded,
    head,
    type: get("pyobject.ob_type"),
    size: get("tuple_object.ob_size"),
    tupleItems: get("tuple_object.ob_item"),
    listItems: get("list_object.ob_item"),
    bytesData: get("bytes_object.ob_sval"),
    intTag: get("long_object.lv_tag"),
    intDigits: get("long_object.ob_digit"),
    float: or("float_object.ob_fval", head),
    // `fill` and `used` come first (CPython 3.8–3.15 Include/cpython/setobject.h).
    setMask: or("set_object.mask", head + 16),
    setTable: or("set_object.table", head + 24),
    dictKeys: get("dict_object.ma_keys"),
    dictValues: get("dict_object.ma_values"),
    // Behind the list of weak references (CPython 3.13 Include/internal/pycore_interpframe_structs.h).
    generatorName: or("gen_object.gi_name", head + 8),
    types: {
      name,
      basicSize: or("type_object.tp_basicsize", name + 8),
      flags,
      call: flags - 40,
      base: dictOffset - 32,
      dict: dictOffset - 24,
      dictOffset,
      // The same in 3.13 and 3.14, as measured in their headers.
      cachedKeys: or("heap_type_object.ht_cached_keys", flags + 712),
    },
  };
}
