import type { Address } from "../../../ffi/process.ts";
import type { DebugOffsets } from "../debug_offsets.ts";
import type { Layout } from "../layout.ts";
import type { MemoryReader } from "../memory.ts";
import { readUnicode } from "../unicode.ts";
import { LONGEST_TASK_NAME } from "./task.ts";

/** Bits of `tp_flags` (CPython Include/object.h, `Py_TPFLAGS_LONG_SUBCLASS` and `…_UNICODE_SUBCLASS`). */
const IS_INT = 1 << 24;
const IS_STR = 1 << 28;
/** Bits of a digit of an `int`, and those of its tag below the count of digits (from 3.12 on). */
const DIGIT = 2 ** 30;
const TAG_BITS = 3;

/**
 * Reads what a task has for a name: a `str`, or from 3.12 on an `int` for one that nobody named.
 * @returns undefined if it cannot be read or is neither.
 */
export function readTaskName(
  reader: MemoryReader,
  layout: Layout,
  offsets: DebugOffsets,
  object: Address,
): string | undefined {
  const type = reader.pointer(object + layout.object.type);
  if (type === undefined) return undefined;
  const flags = reader.int32(type + offsets.get("type_object.tp_flags")) ?? 0;
  if ((flags & IS_STR) !== 0) {
    const name = readUnicode(reader, layout, object);
    return name === undefined ? undefined : cut(name);
  }
  if ((flags & IS_INT) === 0) return undefined;
  const tag = reader.pointer(object + offsets.get("long_object.lv_tag"));
  const digits = tag === undefined ? 0 : Math.floor(tag / 2 ** TAG_BITS);
  if (digits < 1 || digits > 2) return undefined;
  const at = object + offsets.get("long_object.ob_digit");
  const low = reader.int32(at);
  const high = digits === 2 ? reader.int32(at + 4) : 0;
  return low === undefined || high === undefined ? undefined : `Task-${low + high * DIGIT}`;
}

function cut(name: string): string {
  return name.length <= LONGEST_TASK_NAME ? name : [...name].slice(0, LONGEST_TASK_NAME).join("");
}
