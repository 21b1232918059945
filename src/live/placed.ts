import { escapeForTerminal, measureText } from "../analysis/terminal_text.ts";
import type { Screen } from "./screen.ts";
import { DIM, type Style } from "./style.ts";

/** Share of the room that a place may take from a long name. */
const MOST_OF_ROOM = 0.45;
/** Room for less than this is the name's alone; and what is cut to less says nothing of a place. */
const LEAST_ROOM = 20;
const LEAST_PLACE = 8;

/** Writes a name and where it is up to the end of a row, both in view however long they are. */
export function putPlaced(
  screen: Screen,
  x: number,
  y: number,
  name: string,
  place: string,
  style: Style,
): void {
  const room = screen.width - x - 1;
  const free = room - measureText(escapeForTerminal(name)) - 2;
  const most = room < LEAST_ROOM ? free : Math.max(free, Math.floor(room * MOST_OF_ROOM));
  const whole = measureText(escapeForTerminal(place));
  const cells = most < Math.min(whole, LEAST_PLACE) ? 0 : Math.min(whole, most);
  const end = screen.put(x, y, name, style, room - (cells > 0 ? cells + 2 : 0));
  if (cells > 0) screen.put(end + 2, y, place, DIM, room - (end + 2 - x));
}
