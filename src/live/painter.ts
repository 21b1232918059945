import type { Screen } from "./screen.ts";
import { type Palette, sequenceOf } from "./style.ts";

/** Unchanged cells that are written again rather than jumped over: a jump takes as many bytes. */
const WORTH_A_JUMP = 6;

/** Turns pictures into what a terminal must be sent: little but the cells that have changed. */
export class Painter {
  #shown: Screen | undefined;

  /** @param palette may change; then what is shown is to be forgotten. */
  constructor(public palette: Palette) {}

  /** The terminal shows something else by now: draw all of the next picture. */
  forget(): void {
    this.#shown = undefined;
  }

  /** The text that makes a terminal show a picture; empty when it does already. */
  draw(screen: Screen): string {
    const shown = this.#shown;
    const before = shown?.width === screen.width && shown.height === screen.height
      ? shown
      : undefined;
    this.#shown = screen;
    let text = before === undefined ? "\x1b[0m\x1b[2J" : "";
    let style = -1;
    for (let y = 0; y < screen.height; y++) {
      for (const [from, to] of changedSpans(before, screen, y)) {
        text += `\x1b[${y + 1};${from + 1}H`;
        for (let cell = y * screen.width + from; cell < y * screen.width + to; cell++) {
          if (screen.styles[cell] !== style) {
            style = screen.styles[cell]!;
            text += sequenceOf(style, this.palette);
          }
          text += screen.glyphs[cell]!;
        }
      }
    }
    return text === "" ? "" : `${text}\x1b[0m`;
  }
}

/** Stretches of a row to be written, from and to (exclusive). */
function changedSpans(
  before: Screen | undefined,
  screen: Screen,
  y: number,
): [from: number, to: number][] {
  const spans: [number, number][] = [];
  const row = y * screen.width;
  for (let x = 0; x < screen.width; x++) {
    const cell = row + x;
    if (before !== undefined && isSame(before, screen, cell)) continue;
    let from = x;
    // The right half of a wide character comes with the left one, and leaves with it.
    while (from > 0 && (screen.glyphs[row + from] === "" || before?.glyphs[row + from] === "")) {
      from--;
    }
    const to = screen.glyphs[cell + 1] === "" && x + 1 < screen.width ? x + 2 : x + 1;
    const last = spans.at(-1);
    if (last !== undefined && from - last[1] <= WORTH_A_JUMP) last[1] = to;
    else spans.push([from, to]);
  }
  return spans;
}

function isSame(before: Screen, screen: Screen, cell: number): boolean {
  return before.glyphs[cell] === screen.glyphs[cell] && before.styles[cell] === screen.styles[cell];
}
