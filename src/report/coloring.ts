import { TOKEN_KINDS } from "../../assets/report/format.ts";
import { colorPython } from "./syntax.ts";

/** A piece of a file: its first and last line, counted from 1. */
export type Range = readonly [from: number, to: number];

/**
 * Finds what to colour in pieces of a Python source. The whole of it is read for that: a piece alone
 * may begin in the middle of a string.
 * @param lines all lines, as they are to be shown.
 * @returns for each piece what `SourceEntry.tokens` holds.
 */
export function colorPieces(lines: readonly string[], pieces: readonly Range[]): number[][] {
  const starts = new Int32Array(lines.length + 1);
  for (const [index, line] of lines.entries()) starts[index + 1] = starts[index]! + line.length + 1;
  const tokens = colorPython(lines.join("\n"));
  let next = 0;
  return pieces.map(([from, to]) => {
    const [start, end] = [starts[from - 1]!, starts[to]! - 1];
    const packed: number[] = [];
    while (next < tokens.length && tokens[next]!.to <= start) next++;
    let last = start;
    for (let i = next; i < tokens.length && tokens[i]!.from < end; i++) {
      const kind = TOKEN_KINDS.findIndex((name) => name === tokens[i]!.kind.split(" ")[0]);
      if (kind < 0) continue;
      const begin = Math.max(tokens[i]!.from, start);
      const stop = Math.min(tokens[i]!.to, end);
      packed.push(begin - last, stop - begin, kind);
      last = stop;
    }
    return packed;
  });
}
