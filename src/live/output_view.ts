import { formatCount } from "../analysis/units.ts";
import type { Area, Scene } from "./scene.ts";
import type { Screen } from "./screen.ts";
import { DIM, styleOf, TEXT } from "./style.ts";

/** Lines of each output that can be gone back through. */
const MOST_LINES = 500;

/** Draws the end of what the program has printed. */
export function drawOutput(screen: Screen, area: Area, { model, printed }: Scene): void {
  const rows = printed?.tail(MOST_LINES).flatMap(({ name, lines }) => [
    { text: name, head: true },
    ...lines.map((text) => ({ text, head: false })),
  ]) ?? [];
  screen.put(1, area.top, "what the program prints", styleOf("title"));
  if (rows.length === 0) {
    const text = printed === undefined ? "is on its own terminal" : "nothing yet";
    screen.put(2, area.top + 2, text, DIM);
    return;
  }
  const bytes = `${formatCount(printed!.bytes)} bytes in all`;
  screen.putLeftOf(screen.width - 1, area.top, bytes, DIM);
  // While nobody scrolls, its end is in view.
  const page = Math.max(1, area.bottom - area.top);
  const atEnd = model.scroll >= model.order.length - model.page;
  model.order = rows.map((_, i) => i);
  model.page = page;
  const last = Math.max(0, rows.length - page);
  model.scroll = atEnd ? last : Math.min(model.scroll, last);
  rows.slice(model.scroll, model.scroll + page).forEach(({ text, head }, i) => {
    const y = area.top + 1 + i;
    if (head) screen.put(1, y, text, styleOf("accent", { bold: true }));
    else screen.putCut(2, y, text.replaceAll("\t", "    "), TEXT, screen.width - 3);
  });
}
