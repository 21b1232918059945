/**
 * `_Py_DebugOffsets`: the table that CPython 3.13 and later keep at the very start of `_PyRuntime`, so
 * that tools outside the process can find their way (CPython Include/internal/pycore_debug_offsets.h;
 * 3.13: pycore_runtime.h). Eight bytes of cookie, then 64-bit values in an order fixed per minor
 * version. The order only ever gained fields, so one list with "since" describes all of them.
 */

import { NEWEST_MINOR } from "../profile/tried_version.ts";

/** The first eight bytes of `_PyRuntime`. */
export const COOKIE = "xdebugpy";

/** Oldest minor version that has a table. */
const OLDEST_MINOR = 13;

/** Bytes to read to have the whole table of any known version. */
export const TABLE_BYTES = 888;

/** Field names of one structure, in order, and the minor version that brought each (13 if unsaid). */
type Group = readonly [name: string, fields: string, since?: number];

const GROUPS: readonly Group[] = [
  ["", "version free_threaded"],
  ["runtime_state", "size finalizing interpreters_head"],
  [
    "interpreter_state",
    "size id next threads_head threads_main@14 gc imports_modules sysdict builtins ceval_gil " +
    "gil_runtime_state gil_runtime_state_enabled gil_runtime_state_locked " +
    "gil_runtime_state_holder code_object_generation@14 tlbc_generation@14",
  ],
  [
    "thread_state",
    "size prev next interp current_frame base_frame@15 last_profiled_frame@15 " +
    "last_profiled_frame_seq@15 thread_id native_thread_id datastack_chunk status holds_gil@15 " +
    "gil_requested@15 current_exception@15 exc_state@15",
  ],
  ["err_stackitem", "exc_value", 15],
  [
    "interpreter_frame",
    "size previous executable instr_ptr localsplus owner stackpointer@14 tlbc_index@14",
  ],
  [
    "code_object",
    "size filename name qualname linetable firstlineno argcount localsplusnames localspluskinds " +
    "co_code_adaptive co_tlbc@14",
  ],
  ["pyobject", "size ob_type"],
  ["type_object", "size tp_name tp_repr tp_flags tp_basicsize@15 tp_dictoffset@15"],
  ["heap_type_object", "size ht_cached_keys", 15],
  ["tuple_object", "size ob_item ob_size"],
  ["list_object", "size ob_item ob_size"],
  ["set_object", "size used table mask", 14],
  ["dict_object", "size ma_keys ma_values"],
  ["float_object", "size ob_fval"],
  ["long_object", "size lv_tag ob_digit"],
  ["bytes_object", "size ob_size ob_sval"],
  ["unicode_object", "size state length asciiobject_size compactunicodeobject_size@15"],
  ["gc", "size collecting frame@15 generation_stats_size@15 generation_stats@15"],
  ["gen_object", "size gi_name gi_iframe gi_frame_state", 14],
  ["llist_node", "next prev", 14],
  [
    "debugger_support",
    "eval_breaker remote_debugger_support remote_debugging_enabled debugger_pending_call " +
    "debugger_script_path debugger_script_path_size",
    14,
  ],
];

/** The fields of a version in order, as `group.field`. */
export function fieldNames(minor: number): string[] {
  const names: string[] = [];
  for (const [group, fields, groupSince = OLDEST_MINOR] of GROUPS) {
    for (const entry of fields.split(" ")) {
      const [field = "", since] = entry.split("@");
      if (minor < Math.max(groupSince, Number(since ?? OLDEST_MINOR))) continue;
      names.push(group === "" ? field : `${group}.${field}`);
    }
  }
  return names;
}

/** A version word taken apart: major<<24 | minor<<16 | micro<<8 | level<<4 | serial. */
export interface PythonVersion {
  readonly major: number;
  readonly minor: number;
  readonly micro: number;
  /** 0xA alpha, 0xB beta, 0xC release candidate, 0xF final. */
  readonly level: number;
  readonly serial: number;
}

/** Takes `PY_VERSION_HEX` apart (CPython Include/patchlevel.h). */
export function parseVersion(word: number): PythonVersion {
  return {
    major: (word >>> 24) & 0xff,
    minor: (word >>> 16) & 0xff,
    micro: (word >>> 8) & 0xff,
    level: (word >>> 4) & 0xf,
    serial: word & 0xf,
  };
}

/** `3.14.10`, `3.15.0rc1`. */
export function versionText(version: PythonVersion): string {
  const names: Record<number, string> = { 0xa: "a", 0xb: "b", 0xc: "rc" };
  const level = names[version.level];
  const text = `${version.major}.${version.minor}.${version.micro}`;
  return level === undefined ? text : `${text}${level}${version.serial}`;
}

/**
 * Whether the order of a version's table is known. Alphas and betas moved fields about; it is settled from
 * the first release candidate.
 */
export function isTried({ major, minor, level }: PythonVersion): boolean {
  return major === 3 && minor <= NEWEST_MINOR && level >= 0xc;
}

/** The table of one target. */
export interface DebugOffsets {
  readonly version: PythonVersion;
  readonly freeThreaded: boolean;
  /** False: nobody has tried a version as new as this, or a preview; the order of its table may differ. */
  readonly isTried: boolean;
  /** A value by its name; throws when this version has none of that name (a slip of ours). */
  get(name: string): number;
  /** A value by its name, or `otherwise` in versions that lack it. */
  or(name: string, otherwise: number): number;
}

/** Why a table is not used. */
export interface OffsetsFault {
  readonly fault: "no-cookie" | "unsupported-version" | "newer-version" | "implausible";
  /** The version or the check that failed, of newer versions both. */
  readonly detail: string;
}

/**
 * Reads and checks the table.
 * @param bytes the first {@link TABLE_BYTES} bytes of `_PyRuntime` (fewer where less is mapped).
 */
export function parseDebugOffsets(bytes: Uint8Array): DebugOffsets | OffsetsFault {
  const cookie = String.fromCharCode(...bytes.subarray(0, 8));
  if (cookie !== COOKIE || bytes.length < 24) return { fault: "no-cookie", detail: "" };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = parseVersion(view.getUint32(8, true));
  const { major, minor } = version;
  if (major !== 3 || minor < OLDEST_MINOR) {
    return { fault: "unsupported-version", detail: versionText(version) };
  }

  const names = fieldNames(Math.min(minor, NEWEST_MINOR));
  if (bytes.length < 8 + names.length * 8) return fail("the table is cut short");
  const values = new Map<string, number>();
  for (let i = 0; i < names.length; i++) {
    const low = view.getUint32(8 + i * 8, true);
    const high = view.getUint32(12 + i * 8, true);
    values.set(names[i]!, low + high * 0x1_0000_0000);
  }
  const detail = findImplausible(values);
  if (detail !== undefined) return fail(detail);

  function fail(detail: string): OffsetsFault {
    if (isTried(version)) return { fault: "implausible", detail };
    return { fault: "newer-version", detail: `${versionText(version)} (${detail})` };
  }
  function get(name: string): number {
    const value = values.get(name);
    if (value === undefined) throw new Error(`no debug offset ${name} in 3.${minor}`);
    return value;
  }
  return {
    version,
    freeThreaded: get("free_threaded") !== 0,
    isTried: isTried(version),
    get,
    or: (name, otherwise) => values.get(name) ?? otherwise,
  };
}

/** Structures whose offsets do not have to lie inside `size`: their size is not that of one structure. */
const UNBOUNDED = new Set(["debugger_support"]);
/** Values that are counts, sizes or flags and no offsets. */
const NOT_OFFSETS = /(^|[._])(size|enabled|version|free_threaded)$/;
/** Larger than any structure of any version so far, by a factor of three. */
const LARGEST_STRUCTURE = 0x20_0000;
/** The same for all but the two that hold the state of everything. */
const LARGEST_OBJECT = 0x4000;
const LARGE = new Set(["runtime_state", "interpreter_state"]);

/** Pointers that are taken out of copies by the word. */
const ALIGNED = [
  "thread_state.next",
  "thread_state.interp",
  "thread_state.current_frame",
  "thread_state.base_frame",
  "thread_state.datastack_chunk",
  "interpreter_frame.previous",
  "interpreter_frame.executable",
  "interpreter_frame.instr_ptr",
];
/** What lies in front of the data of an object, and is read together: the last field, and all others. */
const HEADS: readonly (readonly [end: string, fields: readonly string[]])[] = [
  ["code_object.co_code_adaptive", [
    "pyobject.ob_type",
    "bytes_object.ob_size",
    "code_object.filename",
    "code_object.name",
    "code_object.qualname",
    "code_object.linetable",
    "code_object.firstlineno",
    "code_object.argcount",
  ]],
  ["unicode_object.asciiobject_size", ["unicode_object.state", "unicode_object.length"]],
  ["unicode_object.size", [
    "unicode_object.asciiobject_size",
    "unicode_object.compactunicodeobject_size",
  ]],
];
/** Bytes behind the start of a field of a head that belong to it, or are read with it. */
const FIELD_BYTES = 8;

/** Names the first value that cannot be right, if there is one. */
function findImplausible(values: ReadonlyMap<string, number>): string | undefined {
  for (const [name, value] of values) {
    const group = name.split(".")[0] ?? "";
    const size = values.get(`${group}.size`);
    const largest = LARGE.has(group) ? LARGEST_STRUCTURE : LARGEST_OBJECT;
    if (name === `${group}.size` && (value <= 0 || value > largest)) return name;
    if (size === undefined || UNBOUNDED.has(group) || NOT_OFFSETS.test(name)) continue;
    if (value >= size && group !== "interpreter_state") return name;
    if (value >= size * 2) return name;
  }
  for (const [end, fields] of HEADS) {
    for (const name of fields) {
      if ((values.get(name) ?? 0) + FIELD_BYTES > values.get(end)!) return name;
    }
  }
  // The line number is read with what follows it, the argument count with what is before it.
  if (values.get("code_object.firstlineno")! + 12 > values.get("code_object.co_code_adaptive")!) {
    return "code_object.firstlineno";
  }
  if (values.get("code_object.argcount")! < 4) return "code_object.argcount";
  // In builds without a GIL, frames and code have copies of instructions from 3.14 on.
  const copy = values.get("interpreter_frame.tlbc_index") ?? 0;
  if (copy + 4 > values.get("interpreter_frame.size")! || copy % 4 !== 0) {
    return "interpreter_frame.tlbc_index";
  }
  const copies = values.get("code_object.co_tlbc") ?? 0;
  if (copies + 8 > values.get("code_object.co_code_adaptive")!) return "code_object.co_tlbc";
  if (values.get("thread_state.native_thread_id")! % 4 !== 0) {
    return "thread_state.native_thread_id";
  }
  return ALIGNED.find((name) => (values.get(name) ?? 0) % 8 !== 0);
}
