/**
 * What is measured of the versions that have no debug offsets. The names are those of the debug offsets
 * of 3.13 and later wherever these have the same thing; see `src/cpython/debug_offsets.ts`.
 */

/** A field of a structure: our name, the C member, the first and last minor version that have it. */
type Field = readonly [name: string, member: string, since?: number, until?: number];

interface Group {
  readonly name: string;
  /** The C type. */
  readonly type: string;
  readonly fields: readonly Field[];
  readonly since?: number;
  readonly until?: number;
}

const OLDEST = 8;
const NEWEST = 12;

const GROUPS: readonly Group[] = [
  {
    name: "runtime_state",
    type: "_PyRuntimeState",
    fields: [
      ["interpreters_head", "interpreters.head"],
      ["interpreters_main", "interpreters.main"],
      ["tstate_current", "gilstate.tstate_current", 8, 11],
      ["gc_collecting", "gc.collecting", 8, 8],
      ["ceval_gil", "ceval.gil", 8, 11],
    ],
  },
  {
    name: "interpreter_state",
    type: "PyInterpreterState",
    fields: [
      ["id", "id"],
      ["next", "next"],
      ["threads_head", "tstate_head", 8, 10],
      ["threads_head", "threads.head", 11],
      ["gc", "gc", 9],
      ["gc_collecting", "gc.collecting", 9],
      ["imports_modules", "modules", 8, 11],
      ["imports_modules", "imports.modules", 12],
      ["sysdict", "sysdict"],
      ["builtins", "builtins"],
      ["ceval_gil", "ceval.gil", 12],
    ],
  },
  {
    name: "thread_state",
    type: "PyThreadState",
    fields: [
      ["prev", "prev"],
      ["next", "next"],
      ["interp", "interp"],
      ["frame", "frame", 8, 10],
      ["cframe", "cframe", 11],
      ["thread_id", "thread_id"],
      ["native_thread_id", "native_thread_id", 11],
      ["datastack_chunk", "datastack_chunk", 11],
      ["datastack_top", "datastack_top", 11],
      ["status", "_status", 12],
      ["current_exception", "curexc_type", 8, 11],
      ["current_exception", "current_exception", 12],
      ["exc_info", "exc_info"],
      ["exc_state", "exc_state"],
    ],
  },
  {
    name: "err_stackitem",
    type: "_PyErr_StackItem",
    fields: [["exc_value", "exc_value"], ["previous", "previous_item"]],
  },
  { name: "gil", type: "struct _gil_runtime_state", fields: [] },
  {
    name: "cframe",
    type: "_PyCFrame",
    fields: [["current_frame", "current_frame"], ["previous", "previous"]],
    since: 11,
  },
  {
    name: "interpreter_frame",
    type: "_PyInterpreterFrame",
    fields: [
      ["previous", "previous"],
      ["executable", "f_code"],
      ["instr_ptr", "prev_instr"],
      ["localsplus", "localsplus"],
      ["owner", "owner"],
      ["is_entry", "is_entry", 11, 11],
      ["stacktop", "stacktop"],
    ],
    since: 11,
  },
  {
    name: "frame_object",
    type: "PyFrameObject",
    fields: [
      ["f_back", "f_back"],
      ["f_code", "f_code"],
      ["f_localsplus", "f_localsplus"],
      ["f_lasti", "f_lasti"],
      ["f_valuestack", "f_valuestack"],
      ["f_executing", "f_executing", 8, 9],
      ["f_state", "f_state", 10],
    ],
    until: 10,
  },
  {
    name: "code_object",
    type: "PyCodeObject",
    fields: [
      ["filename", "co_filename"],
      ["name", "co_name"],
      ["qualname", "co_qualname", 11],
      ["linetable", "co_lnotab", 8, 9],
      ["linetable", "co_linetable", 10],
      ["firstlineno", "co_firstlineno"],
      ["argcount", "co_argcount"],
      ["flags", "co_flags"],
      ["nlocalsplus", "co_nlocalsplus", 11],
      ["stacksize", "co_stacksize"],
      ["framesize", "co_framesize", 12],
      ["warmup", "co_warmup", 11, 11],
      ["localsplusnames", "co_localsplusnames", 11],
      ["localspluskinds", "co_localspluskinds", 11],
      ["nlocals", "co_nlocals", 8, 10],
      ["varnames", "co_varnames", 8, 10],
      ["freevars", "co_freevars", 8, 10],
      ["cellvars", "co_cellvars", 8, 10],
      ["co_code_adaptive", "co_code_adaptive", 11],
      ["co_code", "co_code", 8, 10],
      ["co_zombieframe", "co_zombieframe", 8, 10],
    ],
  },
  {
    name: "pyobject",
    type: "PyObject",
    fields: [["ob_refcnt", "ob_refcnt"], ["ob_type", "ob_type"]],
  },
  {
    name: "type_object",
    type: "PyTypeObject",
    fields: [
      ["tp_name", "tp_name"],
      ["tp_flags", "tp_flags"],
      ["tp_basicsize", "tp_basicsize"],
      ["tp_dictoffset", "tp_dictoffset"],
    ],
  },
  {
    name: "heap_type_object",
    type: "PyHeapTypeObject",
    fields: [["ht_cached_keys", "ht_cached_keys"]],
  },
  {
    name: "tuple_object",
    type: "PyTupleObject",
    fields: [["ob_item", "ob_item"], ["ob_size", "ob_base.ob_size"]],
  },
  {
    name: "list_object",
    type: "PyListObject",
    fields: [["ob_item", "ob_item"], ["ob_size", "ob_base.ob_size"]],
  },
  {
    name: "set_object",
    type: "PySetObject",
    fields: [["used", "used"], ["table", "table"], ["mask", "mask"]],
  },
  {
    name: "dict_object",
    type: "PyDictObject",
    fields: [["ma_keys", "ma_keys"], ["ma_values", "ma_values"]],
  },
  {
    name: "long_object",
    type: "PyLongObject",
    fields: [
      ["lv_tag", "ob_base.ob_size", 8, 11],
      ["lv_tag", "long_value.lv_tag", 12],
      ["ob_digit", "ob_digit", 8, 11],
      ["ob_digit", "long_value.ob_digit", 12],
    ],
  },
  {
    name: "bytes_object",
    type: "PyBytesObject",
    fields: [["ob_size", "ob_base.ob_size"], ["ob_sval", "ob_sval"]],
  },
  {
    name: "unicode_object",
    type: "PyUnicodeObject",
    fields: [["state", "_base._base.state"], ["length", "_base._base.length"]],
  },
  {
    name: "gen_object",
    type: "PyGenObject",
    fields: [
      ["gi_name", "gi_name"],
      ["gi_frame", "gi_frame", 8, 10],
      ["gi_iframe", "gi_iframe", 11],
      ["gi_frame_state", "gi_frame_state", 11],
    ],
  },
];

/** Names that mean a size of their own. */
const SIZES: readonly (readonly [name: string, type: string])[] = [
  ["unicode_object.asciiobject_size", "PyASCIIObject"],
  ["unicode_object.compactunicodeobject_size", "PyCompactUnicodeObject"],
];

/** C expressions of all that is measured in a minor version, by name. */
export function expressionsOf(minor: number): Map<string, string> {
  const expressions = new Map<string, string>();
  const has = (since = OLDEST, until = NEWEST): boolean => since <= minor && minor <= until;
  for (const { name, type, fields, since, until } of GROUPS) {
    if (!has(since, until)) continue;
    expressions.set(`${name}.size`, `sizeof(${type})`);
    for (const [field, member, since, until] of fields) {
      if (has(since, until)) expressions.set(`${name}.${field}`, `offsetof(${type}, ${member})`);
    }
  }
  for (const [name, type] of SIZES) expressions.set(name, `sizeof(${type})`);
  return expressions;
}
