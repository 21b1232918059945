/** A row of the table: what was seen of one version. */
export interface Row {
  /** `3.12`, the first cell. */
  readonly version: string;
  readonly cells: readonly string[];
}

/** Puts rows into the first table of a page, in the place of those of the same versions. */
export function replaceRows(page: string, rows: readonly Row[]): string {
  const lines = page.split("\n");
  for (const { version, cells } of rows) {
    const at = lines.findIndex((line) => line.split("|")[1]?.trim() === version);
    if (at < 0) throw new Error(`the page has no row for ${version}`);
    const widths = lines[at]!.split("|").slice(1, -1).map((cell) => cell.length - 2);
    const padded = [version, ...cells].map((cell, i) => cell.padEnd(widths[i] ?? 0));
    lines[at] = `| ${padded.join(" | ")} |`;
  }
  return lines.join("\n");
}
