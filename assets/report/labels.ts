import { LABEL_FONT } from "./painter.ts";

/** Longer names are cut before they are measured. */
const MOST_CHARACTERS = 400;

/** Measures texts in the labels' font. */
export class Ruler {
  readonly #context: CanvasRenderingContext2D;
  readonly #widths = new Map<string, number>();

  constructor() {
    this.#context = document.createElement("canvas").getContext("2d")!;
    this.#context.font = LABEL_FONT;
  }

  /** Width in pixels: the sum of what single characters take, a little more than all together. */
  measure(text: string): number {
    let width = 0;
    for (const character of text) width += this.#character(character);
    return width;
  }

  /** As much of a text's beginning as fits, with … where something is missing. */
  cut(text: string, room: number): string {
    let width = this.#character("…");
    let fitting = "";
    for (const character of text) {
      width += this.#character(character);
      if (width > room) return fitting === "" ? "" : `${fitting}…`;
      fitting += character;
    }
    return text;
  }

  #character(character: string): number {
    let width = this.#widths.get(character);
    if (width === undefined) {
      width = this.#context.measureText(character).width;
      if (this.#widths.size < 10_000) this.#widths.set(character, width);
    }
    return width;
  }
}

/** A name in the lengths that it can be shown in. */
export interface Label {
  readonly full: string;
  readonly fullWidth: number;
  /** What is behind the last dot: the least that says something. */
  readonly short: string;
  readonly shortWidth: number;
  /** Where it is; drawn behind the name where there is room. */
  readonly place: string;
  readonly placeWidth: number;
}

/** Prepares a name for drawing. */
export function createLabel(ruler: Ruler, name: string, place: string): Label {
  const full = name.slice(0, MOST_CHARACTERS);
  const short = full.slice(full.lastIndexOf(".") + 1) || full;
  const where = place.slice(0, MOST_CHARACTERS);
  return {
    full,
    fullWidth: ruler.measure(full),
    short,
    shortWidth: ruler.measure(short),
    place: where,
    placeWidth: ruler.measure(where),
  };
}
