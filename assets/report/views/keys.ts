import { type Coloring, coloringsOf } from "../color.ts";
import { ORDERS, VIEWS } from "../state.ts";
import { GROUPINGS, type Step, type Target } from "../tree.ts";
import { addStep, openSandwich, openSource, type Page } from "./page.ts";

/** How much + and − zoom. */
const ZOOM_STEP = 1.6;

/** What keys do besides changing the state. */
export interface KeyActions {
  /** The box that is picked out; −1: none. */
  readonly cursor: number;
  step(by: number): void;
  switchTheme(): void;
  openHelp(): void;
}

/** What all keys do, wherever the focus is; fields keep theirs. */
export function createKeys(page: Page, actions: KeyActions): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = event.target as HTMLElement;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName) || at.closest("dialog")) return;
    const act = keyMap(page, actions)[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
}

function keyMap(page: Page, actions: KeyActions): Record<string, (() => void) | undefined> {
  const { state, go, model } = page;
  const after = <T>(all: readonly T[], value: T): T => all[(all.indexOf(value) + 1) % all.length]!;
  const orders = model.header.slices > 1 ? ORDERS : ORDERS.filter((order) => order !== "time");
  const views = VIEWS.map((view, index) => [String(index + 1), () => go({ view })] as const);
  const target = targetOf(page, actions.cursor);
  const onTarget = (act: (target: Target) => void): () => void => () => target && act(target);
  const step = (op: Step["op"]): () => void => onTarget((target) => addStep(page, op, target));
  return {
    ...Object.fromEntries(views),
    "/": () => document.getElementById("search")?.focus(),
    "n": () => {
      if (state.view === "source") document.getElementById("next-line")?.click();
      else actions.step(1);
    },
    "N": () => actions.step(-1),
    "?": actions.openHelp,
    "t": actions.switchTheme,
    "0": () => go({ zoom: undefined }),
    "Escape": () => {
      if (state.search !== "") go({ search: "" }, "replace");
      else if (state.zoom !== undefined) go({ zoom: undefined });
    },
    "Backspace": () => history.back(),
    "+": () => zoomBy(page, 1 / ZOOM_STEP),
    "-": () => zoomBy(page, ZOOM_STEP),
    "i": () =>
      go({
        inverted: !state.inverted,
        order: state.order === "time" ? "weight" : state.order,
      }),
    "u": () => go({ upward: !state.upward }),
    "o": () => go({ order: after(orders, state.order) }),
    "g": () => go({ grouping: after(GROUPINGS, state.grouping) }),
    "r": () => go({ mergeRecursion: !state.mergeRecursion }),
    "m": () => go({ coloring: nextColoring(page) }),
    "b": model.other &&
      (() => go({ side: state.side === "base" ? "current" : "base" })),
    "z": () => go({ steps: state.steps.slice(0, -1) }),
    "f": step("focus"),
    "h": step("hide"),
    "d": step("drop"),
    "c": onTarget((target) => openSandwich(page, target)),
    "s": onTarget((target) => openSource(page, target)),
  };
}

/** The first coloring is called `difference` in all reports. */
function nextColoring({ state, model }: Page): Coloring {
  const all = coloringsOf(model.other !== undefined);
  const at = Math.max(0, all.indexOf(state.coloring));
  const next = (at + 1) % all.length;
  return next === 0 ? "difference" : all[next]!;
}

/** What is picked out: a box, or else what is zoomed to, or a row of the table. */
function targetOf({ state, derived }: Page, cursor: number): Target | undefined {
  const { shown, boxes } = derived;
  if (state.view !== "flame") return state.target;
  const node = cursor >= 0 ? boxes.node[cursor]! : state.zoom?.node ?? 0;
  if (node <= 0 || node >= shown.length) return undefined;
  return { grouping: shown.grouping, id: shown.key[node]! };
}

function zoomBy({ state, go }: Page, factor: number): void {
  const { node, from, to } = state.zoom ?? { node: 0, from: 0, to: 1 };
  const size = Math.min(1, Math.max(1e-6, (to - from) * factor));
  const low = Math.min(1 - size, Math.max(0, (from + to) / 2 - size / 2));
  go({ zoom: size >= 1 ? undefined : { node, from: low, to: low + size } }, "replace");
}
