/** The source of a function with the samples of each line. */

import { formatShare } from "../analysis/units.ts";
import type { Row } from "./rows.ts";
import { heat } from "./heat.ts";
import type { Area, Scene } from "./scene.ts";
import type { Screen } from "./screen.ts";
import { DIM, styleOf, TEXT } from "./style.ts";

/** Draws the file around a function; its hottest line is in view at first. */
export function drawSource(screen: Screen, area: Area, scene: Scene, row: Row): void {
  const { model, figures, observer } = scene;
  screen.put(1, area.top, row.name, styleOf("title"));
  const end = row.name.length + 3;
  screen.put(Math.min(end, screen.width - 20), area.top, row.file, DIM);
  const source = scene.readSource(row.file);
  const lines = observer.linesOf(figures, row);
  const page = Math.max(1, area.bottom - area.top);
  if (source === undefined) {
    const known = [...lines.values()].sort((a, b) => a.line - b.line);
    model.order = known.map((_, i) => i);
    screen.put(2, area.top + 1, "its source cannot be read; these lines were seen:", DIM);
    known.slice(model.scroll, model.scroll + page - 1).forEach((line, i) => {
      drawLine(screen, area.top + 2 + i, scene, line, line.line, line.name);
    });
    return;
  }
  if (model.page !== page || model.order.length !== source.length) {
    model.page = page;
    model.order = source.map((_, i) => i);
    const hottest = [...lines.values()].filter(({ name }) => name === row.name)
      .sort((a, b) => b.self - a.self)[0];
    const at = (hottest?.line ?? row.line) - 1;
    model.scroll = Math.max(0, Math.min(at - Math.floor(page / 2), source.length - page));
  }
  source.slice(model.scroll, model.scroll + page).forEach((text, i) => {
    const number = model.scroll + i + 1;
    drawLine(screen, area.top + 1 + i, scene, lines.get(number), number, text);
  });
  if (figures.samples === 0) screen.putLeftOf(screen.width - 1, area.top, "no samples yet", DIM);
}

function drawLine(
  screen: Screen,
  y: number,
  { figures }: Scene,
  line: Row | undefined,
  number: number,
  text: string,
): void {
  const self = line === undefined ? 0 : line.self / figures.samples;
  const total = line === undefined ? 0 : line.total / figures.samples;
  screen.putLeftOf(7, y, self > 0 ? formatShare(self) : "", heat(self));
  screen.putLeftOf(14, y, total > 0 ? formatShare(total) : "", DIM);
  screen.putLeftOf(20, y, String(number), DIM);
  const style = self > 0 ? heat(self) : total > 0 ? TEXT : DIM;
  screen.put(22, y, text.replaceAll("\t", "    "), style === DIM ? TEXT : style);
}
