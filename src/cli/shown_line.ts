/** The line on the terminal that is written over again and again, which other lines must not go on. */

const CLEAR = "\r\x1b[2K";
let shown = false;

/** What shows a line in the place of the one before; an empty one leaves the terminal clean. */
export function overwrite(line: string): string {
  shown = line !== "";
  return CLEAR + line;
}

/** What shows lines that stay. */
export function insert(lines: string): string {
  return shown ? overwrite("") + lines : lines;
}
