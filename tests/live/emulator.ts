/** As much of a terminal as the painter needs, to see what it would show. */

import { measureText } from "../../src/analysis/terminal_text.ts";

/** Cells by row, each with its character and the style it was written in. */
export class Emulator {
  readonly glyphs: string[];
  readonly styles: string[];
  /** Bytes it was sent in all. */
  bytes = 0;
  #x = 0;
  #y = 0;
  #style = "";

  constructor(readonly width: number, readonly height: number) {
    this.glyphs = new Array(width * height).fill(" ");
    this.styles = new Array(width * height).fill("");
  }

  /** Takes what a program sends; what a painter has no business to send is an error. */
  send(text: string): void {
    this.bytes += new TextEncoder().encode(text).length;
    // deno-lint-ignore no-control-regex
    for (const [part] of text.matchAll(/\x1b\[[0-9;?]*[A-Za-z]|[^]/gu)) {
      if (part.startsWith("\x1b[")) this.#obey(part);
      else this.#print(part);
    }
  }

  /** The rows as text, without blanks at their ends. */
  text(): string {
    return Array.from(
      { length: this.height },
      (_, y) => this.glyphs.slice(y * this.width, (y + 1) * this.width).join("").trimEnd(),
    ).join("\n");
  }

  #obey(sequence: string): void {
    const numbers = sequence.slice(2, -1).split(";").map(Number);
    const what = sequence.at(-1);
    if (what === "H") [this.#y, this.#x] = [numbers[0]! - 1, numbers[1]! - 1];
    else if (what === "J") {
      this.glyphs.fill(" ");
      this.styles.fill("");
    } else if (what === "m") this.#style = sequence;
    else if (!sequence.startsWith("\x1b[?")) {
      throw new Error(`unknown: ${JSON.stringify(sequence)}`);
    }
  }

  #print(character: string): void {
    const cells = measureText(character);
    const at = this.#y * this.width + this.#x;
    if (cells === 0) {
      this.glyphs[at - 1] += character;
      return;
    }
    if (this.#x + cells > this.width) throw new Error(`beyond the row: ${character}`);
    // To overwrite half of a wide character removes the other half.
    if (this.glyphs[at] === "" && this.#x > 0) this.glyphs[at - 1] = " ";
    for (let i = 0; i < cells; i++) {
      if (this.glyphs[at + i + 1] === "" && i === cells - 1 && this.#x + i + 1 < this.width) {
        this.glyphs[at + i + 1] = " ";
      }
      this.glyphs[at + i] = i === 0 ? character : "";
      this.styles[at + i] = this.#style;
    }
    this.#x += cells;
  }
}
