import { DIM, type Style, styleOf } from "./style.ts";

/** Shares from which on something is hot, or warm. */
const HOT = 0.2;
const WARM = 0.05;

/** How a share is coloured. */
export function heat(share: number): Style {
  return share >= HOT ? styleOf("hot", { bold: true }) : share >= WARM ? styleOf("warm") : DIM;
}
