import type { Model } from "./model.ts";
import type { Screen } from "./screen.ts";
import { DIM, styleOf, TEXT } from "./style.ts";
import { WINDOW_S } from "./window.ts";

const WIDEST = 74;
/** Cells of a column of keys. */
const KEY = 12;

const HELP: readonly (readonly [keys: string, does: string])[] = [
  ["Tab, 1–8", "next view; a view by its number"],
  ["↑ ↓ j k", "move; PgUp PgDn Home End"],
  ["Enter", "source; open; zoom; only it; Esc goes back"],
  ["← →", "from thread to thread; t all or one"],
  ["s S", "sort by self, total, change, name"],
  ["/ c", "filter: text or /pattern/; show all again"],
  ["p", "hold the picture; sampling goes on"],
  ["e", `only the last ${WINDOW_S} seconds, or everything`],
  ["r", "count from now on"],
  ["w", "write a recording and a report"],
  ["i", "instructions (with --opcodes) on and off"],
  ["o", "what the program printed (run --live)"],
  ["x", "arrows of change on and off"],
  ["m", "mouse on and off; off, it selects text"],
  ["+ −", "refresh more often, less often"],
  ["Ctrl-L", "draw all anew; Ctrl-Z suspends"],
  ["q, Ctrl-C", "end"],
];

/** Draws the keys over everything, in pages where they do not fit. */
export function drawHelp(screen: Screen, model: Model): void {
  const width = Math.min(screen.width - 2, WIDEST);
  const height = Math.min(screen.height, HELP.length + 2);
  const room = height - 2;
  model.helpPages = Math.ceil(HELP.length / room);
  const page = Math.min(model.help, model.helpPages);
  const [left, top] = [
    Math.floor((screen.width - width) / 2),
    Math.floor((screen.height - height) / 2),
  ];
  for (let y = top; y < top + height; y++) screen.put(left, y, " ".repeat(width), TEXT);
  screen.put(left, top, `┌${"─".repeat(width - 2)}┐`, styleOf("accent"));
  const pages = model.helpPages > 1 ? `${page} of ${model.helpPages} ` : "";
  screen.put(left + 2, top, ` keys ${pages}`, styleOf("title"));
  HELP.slice((page - 1) * room, page * room).forEach(([keys, does], i) => {
    screen.put(left + 3, top + 1 + i, keys, styleOf("key"), KEY);
    screen.put(left + 3 + KEY, top + 1 + i, does, TEXT, width - KEY - 5);
  });
  for (let y = top + 1; y < top + height - 1; y++) {
    screen.put(left, y, "│", styleOf("accent"));
    screen.put(left + width - 1, y, "│", styleOf("accent"));
  }
  screen.put(left, top + height - 1, `└${"─".repeat(width - 2)}┘`, styleOf("accent"));
  const next = page < model.helpPages ? " any key: more " : " any key closes ";
  screen.put(left + 2, top + height - 1, next, DIM);
}
