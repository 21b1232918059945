import { cutText, escapeForTerminal, fitText, measureText } from "../analysis/terminal_text.ts";
import { type Style, TEXT } from "./style.ts";

/** A picture of a terminal: one character and one style a cell. */
export class Screen {
  /** Characters by row and column; "" where the one to the left is two cells wide. */
  readonly glyphs: string[];
  readonly styles: Uint8Array;

  constructor(readonly width: number, readonly height: number) {
    this.glyphs = new Array(width * height).fill(" ");
    this.styles = new Uint8Array(width * height).fill(TEXT);
  }

  /**
   * Writes text that may come from the target, cut to fit: a long one loses its middle.
   * @param cells room that it may take; absent: up to the end of the row.
   * @returns the column behind it.
   */
  put(x: number, y: number, text: string, style: Style = TEXT, cells = this.width - x): number {
    const room = Math.min(cells, this.width - x);
    if (y < 0 || y >= this.height || x < 0 || room <= 0) return x;
    return this.#write(x, y, fitText(escapeForTerminal(text), room), style);
  }

  /** The same, but of a long text the end is lost. */
  putCut(x: number, y: number, text: string, style: Style, cells: number): number {
    const room = Math.min(cells, this.width - x);
    if (y < 0 || y >= this.height || x < 0 || room <= 0) return x;
    return this.#write(x, y, cutText(escapeForTerminal(text), room), style);
  }

  /** Writes text so that it ends at a column (which is left free). */
  putLeftOf(end: number, y: number, text: string, style: Style = TEXT, cells = end): void {
    const shown = fitText(escapeForTerminal(text), cells);
    this.put(Math.max(0, end - measureText(shown)), y, shown, style, end);
  }

  /** Gives a stretch of a row a style, with what stands there. */
  paint(x: number, y: number, cells: number, change: (style: Style) => Style): void {
    for (let at = Math.max(0, x); at < Math.min(x + cells, this.width); at++) {
      const cell = y * this.width + at;
      this.styles[cell] = change(this.styles[cell]!);
    }
  }

  /** A bar of eighths of a cell, on a track. */
  bar(x: number, y: number, cells: number, share: number, style: Style, track: Style): void {
    const eighths = Math.round(Math.min(1, Math.max(0, share)) * cells * 8);
    for (let i = 0; i < cells; i++) {
      const part = Math.min(8, Math.max(0, eighths - i * 8));
      if (part === 0) this.put(x + i, y, "·", track);
      else this.put(x + i, y, EIGHTHS[part - 1]!, style);
    }
  }

  /** The rows as plain text, without blanks at their ends. */
  text(): string {
    const rows = Array.from(
      { length: this.height },
      (_, y) => this.glyphs.slice(y * this.width, (y + 1) * this.width).join("").trimEnd(),
    );
    return rows.join("\n");
  }

  #write(x: number, y: number, text: string, style: Style): number {
    let at = x;
    for (const character of text) {
      const cells = measureText(character);
      const cell = y * this.width + at;
      if (cells === 0) {
        // A combining mark belongs to the character before.
        if (at > x) this.glyphs[cell - 1] += character;
        continue;
      }
      this.#clear(cell);
      if (cells === 2) this.#clear(cell + 1);
      this.glyphs[cell] = character;
      this.styles[cell] = style;
      if (cells === 2) {
        this.glyphs[cell + 1] = "";
        this.styles[cell + 1] = style;
      }
      at += cells;
    }
    return at;
  }

  /** Makes a cell free: half a wide character is none. */
  #clear(cell: number): void {
    if (this.glyphs[cell] === "") this.glyphs[cell - 1] = " ";
    if (this.glyphs[cell + 1] === "" && (cell + 1) % this.width !== 0) this.glyphs[cell + 1] = " ";
  }
}

const EIGHTHS = ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"] as const;
