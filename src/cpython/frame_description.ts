import type { CodeTable } from "./code_table.ts";
import type { CodeObject } from "./code_object.ts";
import { findLocation, type Location } from "./location_table.ts";

/** What a place of a stack means to people. */
export interface FrameDescription {
  readonly code: CodeObject;
  readonly location: Location;
}

/** Looks up function and location of a place. */
export function describePlace(table: CodeTable, place: number): FrameDescription {
  const index = table.codeOfPlace(place);
  const code = table.codes[index]!;
  const unit = place - table.firstPlaces[index]!;
  return { code, location: findLocation(code.lines, code.firstLine, unit) };
}

/**
 * True for code that nobody wrote: a specialised call of a class puts a frame named `__init__`, of
 * file `__init__`, under the real one to check what it returns (CPython 3.13 Python/specialize.c,
 * `_Py_InitCleanup`).
 */
export function isInternal(code: CodeObject): boolean {
  return code.file === "__init__" && code.name === "__init__";
}
