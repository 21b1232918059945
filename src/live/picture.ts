import { drawFlame } from "./flame_view.ts";
import { drawFoot } from "./foot.ts";
import { drawHead } from "./head.ts";
import { drawHelp } from "./help.ts";
import type { View } from "./model.ts";
import { drawOutput } from "./output_view.ts";
import { drawProcesses } from "./processes_view.ts";
import { drawRows } from "./rows_view.ts";
import type { DrawView, Scene } from "./scene.ts";
import { Screen } from "./screen.ts";
import { drawSource } from "./source_view.ts";
import { DIM, styleOf } from "./style.ts";
import { drawTasks } from "./tasks_view.ts";
import { drawStacks, drawThreads } from "./threads_view.ts";
import { drawTree } from "./tree_view.ts";

/** The smallest terminal that there is a picture for. */
export const LEAST_WIDTH = 60;
export const LEAST_HEIGHT = 12;

const DRAWINGS: Readonly<Record<View, DrawView>> = {
  functions: drawRows,
  lines: drawRows,
  tree: drawTree,
  flame: drawFlame,
  threads: drawThreads,
  stacks: drawStacks,
  tasks: drawTasks,
  processes: drawProcesses,
};

/** Draws everything. */
export function drawPicture(width: number, height: number, scene: Scene): Screen {
  const screen = new Screen(Math.max(1, width), Math.max(1, height));
  scene.model.hits = [];
  if (width < LEAST_WIDTH || height < LEAST_HEIGHT) {
    screen.put(0, 0, `too small: ${width}×${height}`, styleOf("warm"));
    screen.put(0, 1, `needs ${LEAST_WIDTH}×${LEAST_HEIGHT}`, DIM);
    screen.put(0, 2, "q quits", DIM);
    return screen;
  }
  const area = { top: drawHead(screen, scene), bottom: height - 2 };
  const { model } = scene;
  if (model.output) drawOutput(screen, area, scene);
  else if (model.opened !== undefined) drawSource(screen, area, scene, model.opened);
  else DRAWINGS[model.view](screen, area, scene);
  drawFoot(screen, scene);
  if (model.help > 0) drawHelp(screen, model);
  return screen;
}
