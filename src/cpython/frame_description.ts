import type { CodeTable } from "./code_table.ts";
import type { CodeObject } from "./code_object.ts";
import { findLineByRanges, findLineBySteps } from "./line_table.ts";
import { findLocation, type Location } from "./location_table.ts";

/** What a place of a stack means to people. */
export interface FrameDescription {
  readonly code: CodeObject;
  readonly location: Location;
}

/**
 * Looks up function and location of a place. Instructions of no line of their own, such as those that
 * set a function up, count for its first line.
 */
export function describePlace(table: CodeTable, place: number): FrameDescription {
  const index = table.codeOfPlace(place);
  const code = table.codes[index]!;
  const unit = place - table.firstPlaces[index]!;
  const { minor } = table.layout;
  const find = minor > 10 ? findLocation : minor === 10 ? findLineByRanges : findLineBySteps;
  const found = find(code.lines, code.firstLine, unit);
  const location = found.line > 0 ? found : find(code.lines, code.firstLine, -1);
  return { code, location };
}
