import { describeShown } from "./head.ts";
import type { Model } from "./model.ts";
import type { Scene } from "./scene.ts";
import type { Screen } from "./screen.ts";
import { DIM, styleOf, TEXT } from "./style.ts";

/** Cells that the last line of what was printed needs to be worth showing. */
const LEAST_PRINTED = 36;
/** Screens that have room for both that and the keys. */
const WITH_PRINTED = 80;

/** Draws the last row: what is typed, said, or can be pressed. */
export function drawFoot(screen: Screen, scene: Scene): void {
  const { model, notice, printed } = scene;
  const y = screen.height - 1;
  if (model.typing !== undefined) {
    const end = screen.put(1, y, "filter: ", styleOf("key"));
    const after = screen.put(end, y, model.typing, TEXT, screen.width - end - 2);
    screen.put(after, y, "▏", styleOf("accent"));
    return;
  }
  if (notice !== "") {
    screen.put(1, y, notice, styleOf("warm"));
    return;
  }
  let x = 1;
  // On narrow screens there is no room for it beside the views.
  const shown = screen.width < 80 ? describeShown(scene) : "";
  if (shown !== "") x = screen.put(x, y, shown, styleOf("warm"), 26) + 2;
  const prints = printed !== undefined && printed.bytes > 0 && screen.width >= WITH_PRINTED;
  const end = screen.width - (prints ? LEAST_PRINTED : 0);
  for (const [key, does, press] of listKeys(model)) {
    if (x + key.length + does.length + 3 > end) break;
    model.hits.push({ x, y, cells: key.length + does.length + 1, means: { key: press } });
    x = screen.put(x, y, key, styleOf("key"));
    x = screen.put(x + 1, y, does, DIM) + 2;
  }
  if (prints) screen.putCut(x, y, `printed: ${printed.last}`, DIM, screen.width - x - 1);
}

const OPENS: Readonly<Record<string, string>> = {
  functions: "source",
  lines: "source",
  tree: "open",
  flame: "zoom",
  tasks: "fold",
  threads: "only it",
  processes: "only it",
};

/** Keys, what they do, and how they are pressed, most wanted first. */
function listKeys(model: Model): (readonly [key: string, does: string, press: string])[] {
  const ends = [["?", "help", "?"], ["q", "quit", "q"]] as const;
  if (model.output || model.opened !== undefined) {
    return [["Esc", "back", "escape"], ["↑↓", "scroll", ""], ["p", "pause", "p"], ...ends];
  }
  const opens = OPENS[model.view];
  return [
    ["q", "quit", "q"],
    ["?", "help", "?"],
    ["Tab", "view", "tab"],
    ...(model.view === "functions" || model.view === "lines"
      ? [["s", `sort: ${model.sort}`, "s"] as const]
      : []),
    ...(opens === undefined ? [] : [["Enter", opens, "enter"] as const]),
    ["/", "filter", "/"],
    ["p", "pause", "p"],
    ["e", "recent", "e"],
    ["r", "reset", "r"],
    ["w", "write", "w"],
  ];
}
