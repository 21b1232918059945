/**
 * The location table of code objects since 3.11: which line and columns each code unit comes from
 * (CPython InternalDocs/code_objects.md, Objects/locations.md).
 */

/** Where a code unit comes from. Columns are UTF-8 byte offsets; −1: none. `line` 0: no location. */
export interface Location {
  readonly line: number;
  readonly endLine: number;
  readonly column: number;
  readonly endColumn: number;
}

/** No location at all. */
export const NO_LOCATION: Location = { line: 0, endLine: 0, column: -1, endColumn: -1 };

/**
 * Finds the location of a code unit.
 * @param table bytes of `co_linetable`; untrusted, may be cut anywhere.
 * @param unit index of the code unit; before the first one counts as the first line.
 */
export function findLocation(table: Uint8Array, firstLine: number, unit: number): Location {
  if (unit < 0) return { line: firstLine, endLine: firstLine, column: -1, endColumn: -1 };
  let at = 0;
  let line = firstLine;
  let start = 0;

  function varint(): number {
    let value = 0;
    let shift = 0;
    for (; at < table.length && shift < 30; shift += 6) {
      const byte = table[at++]!;
      value |= (byte & 63) << shift;
      if ((byte & 64) === 0) break;
    }
    return value >>> 0;
  }
  function signedVarint(): number {
    const value = varint();
    return (value & 1) !== 0 ? -(value >>> 1) : value >>> 1;
  }

  while (at < table.length) {
    const head = table[at++]!;
    const code = (head >> 3) & 15;
    const end = start + (head & 7) + 1;
    let endLine = 0;
    let column = -1;
    let endColumn = -1;
    if (code < 10) {
      const byte = table[at++] ?? 0;
      column = code * 8 + (byte >> 4);
      endColumn = column + (byte & 15);
    } else if (code < 13) {
      line += code - 10;
      column = table[at++] ?? 0;
      endColumn = table[at++] ?? 0;
    } else if (code === 13) {
      line += signedVarint();
    } else if (code === 14) {
      line += signedVarint();
      endLine = line + varint();
      column = varint() - 1;
      endColumn = varint() - 1;
    }
    if (unit >= start && unit < end) {
      if (code === 15) return NO_LOCATION;
      return { line, endLine: endLine === 0 ? line : endLine, column, endColumn };
    }
    start = end;
  }
  return NO_LOCATION;
}
