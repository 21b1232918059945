import type { Row, Rows } from "./rows.ts";
import { findHit, type Hit } from "./hits.ts";

export const VIEWS = [
  "functions",
  "lines",
  "tree",
  "flame",
  "threads",
  "stacks",
  "tasks",
  "processes",
] as const;
export type View = typeof VIEWS[number];

export const SORTS = ["self", "total", "change", "name"] as const;
export type Sort = typeof SORTS[number];

/** From one picture to the next, ms: bounds, step and start. */
const FASTEST_MS = 50;
const SLOWEST_MS = 1000;
const STEP_MS = 50;
const START_MS = 250;
/** Rows that a wheel moves by at a time. */
const WHEEL_ROWS = 3;
/** Keys that sort by something are named by this and what they sort by: nobody can type them. */
const SORT_BY = "sort:";

/** What a key wants of whoever runs the screen. */
export type Wish =
  | "quit"
  | "suspend"
  | "redraw"
  | "snapshot"
  | "reset"
  | "recent"
  | "next-thread"
  | "previous-thread"
  | "all-threads"
  | "choose-process"
  | "choose-thread"
  | "all-processes";

/** How the screen is set: what keys change, and what drawing tells back. */
export class Model {
  view: View = "functions";
  sort: Sort = "self";
  paused = false;
  trends = true;
  refreshMs = START_MS;
  /** Page of the help that is shown; 0: none. */
  help = 0;
  /** Pages that the help takes, as drawn last. */
  helpPages = 1;
  /** Clicks and the wheel are ours; else the terminal selects text with them. */
  mouse = false;
  /** Instructions of the chosen function or line are shown, where they are known. */
  instructions = true;
  /** What the program has printed is shown in place of the view. */
  output = false;
  /** What rows must contain: part of a path or name, or `/pattern/`. */
  filter = "";
  /** The filter that is being typed. */
  typing: string | undefined;
  /** The function whose source is shown. */
  opened: Row | undefined;
  /** Row, node or thread that the cursor is on. */
  chosen: number | undefined;
  /** First row shown. */
  scroll = 0;
  /** Nodes of the tree that show what they call. */
  readonly expanded = new Set<number>();
  /** Tasks that hide those they wait for. */
  readonly folded = new Set<number>();
  /** The node that the flame graph shows as its root; absent: all. */
  zoom: number | undefined;
  /** What there is to move through: ids in order, as drawn last. */
  order: readonly number[] = [];
  /** Rows that fit on the screen, as drawn last. */
  page = 10;
  /** Where left and right lead from the chosen node of a flame graph. */
  beside: { readonly left?: number; readonly right?: number } = {};
  /** The rows of functions or lines, as drawn last. */
  rows: Rows | undefined;
  /** What can be clicked, as drawn last. */
  hits: Hit[] = [];

  /** The target has ended: what is shown is final. */
  over = false;

  /** What a key means now. */
  press(key: string): Wish | undefined {
    if (key === "ctrl-c") return "quit";
    if (key === "ctrl-z") return "suspend";
    if (key === "ctrl-l") return "redraw";
    if (key.startsWith("click:")) return this.#click(key);
    if (this.typing !== undefined) return this.#type(key);
    if (this.help > 0) {
      this.help = this.help < this.helpPages ? this.help + 1 : 0;
      return key === "q" || key === "Q" ? "quit" : undefined;
    }
    if (key === "enter" && this.view === "processes") return "choose-process";
    if (key === "enter" && this.view === "threads") return "choose-thread";
    const wish = WISHES[key];
    if (wish !== undefined) return this.over && wish === "reset" ? undefined : wish;
    this.#set(key);
    return this.#turn(key);
  }

  /** Clicked places stand for keys; a row is chosen first and opened by the next click. */
  #click(key: string): Wish | undefined {
    if (this.help > 0) return this.press("");
    const [x, y] = key.split(":").slice(1).map(Number) as [number, number];
    const means = findHit(this.hits, x, y);
    if (means === undefined || this.typing !== undefined) return undefined;
    if ("key" in means) return this.press(means.key);
    if (this.chosen === means.row) return this.press("enter");
    this.chosen = means.row;
    return undefined;
  }

  #type(key: string): undefined {
    const typed = this.typing!;
    if (key === "enter") {
      this.filter = typed;
      this.typing = undefined;
      this.scroll = 0;
    } else if (key === "escape") this.typing = undefined;
    else if (key === "backspace") this.typing = [...typed].slice(0, -1).join("");
    else if ([...key].length === 1 && key >= " ") this.typing = typed + key;
  }

  #set(key: string): void {
    if (key === "s") this.#cycleSort(1);
    else if (key === "S") this.#cycleSort(-1);
    else if (key.startsWith(SORT_BY)) this.#sortBy(key.slice(SORT_BY.length));
    else if (key === "p" || key === " ") this.paused = !this.paused;
    else if (key === "x") this.trends = !this.trends;
    else if (key === "h" || key === "H" || key === "?") this.help = 1;
    else if (key === "m") this.mouse = !this.mouse;
    else if (key === "i") this.instructions = !this.instructions;
    else if (key === "o") this.output = !this.output;
    else if (key === "/") this.typing = this.filter;
    else if (key === "c") this.filter = "";
    else if (key === "+" || key === "=") {
      this.refreshMs = Math.max(FASTEST_MS, this.refreshMs - STEP_MS);
    } else if (key === "-" || key === "_") {
      this.refreshMs = Math.min(SLOWEST_MS, this.refreshMs + STEP_MS);
    } else if (key === "tab") this.#show(1);
    else if (key === "backtab") this.#show(-1);
    else if (/^[1-8]$/.test(key)) this.#go(VIEWS[Number(key) - 1]!);
    else if (key === "escape" || key === "backspace") this.#back();
    else if (key === "enter") this.#open();
    else if (key === "down" || key === "j") this.#move(1);
    else if (key === "up" || key === "k") this.#move(-1);
    else if (key === "wheel-down") this.#move(WHEEL_ROWS);
    else if (key === "wheel-up") this.#move(-WHEEL_ROWS);
    else if (key === "pagedown") this.#move(this.page);
    else if (key === "pageup") this.#move(-this.page);
    else if (key === "home") this.#move(-Infinity);
    else if (key === "end") this.#move(Infinity);
  }

  /** Left and right: inside trees they move, elsewhere they go from thread to thread. */
  #turn(key: string): Wish | undefined {
    if (key !== "left" && key !== "right") return undefined;
    if (this.opened !== undefined) return undefined;
    if (this.view === "tree" || this.view === "tasks") {
      if (this.chosen !== undefined) this.#unfold(this.chosen, key === "right");
      return undefined;
    }
    if (this.view === "flame") {
      this.chosen = this.beside[key] ?? this.chosen;
      return undefined;
    }
    return key === "right" ? "next-thread" : "previous-thread";
  }

  #unfold(node: number, open: boolean): void {
    const [set, isIn] = this.view === "tree" ? [this.expanded, open] : [this.folded, !open];
    if (isIn) set.add(node);
    else set.delete(node);
  }

  #open(): void {
    if (this.opened !== undefined || this.output) return;
    if (this.view === "flame") {
      if (this.chosen !== undefined) this.zoom = this.chosen;
    } else if (this.view === "tree" && this.chosen !== undefined) {
      if (!this.expanded.delete(this.chosen)) this.expanded.add(this.chosen);
    } else if (this.view === "tasks" && this.chosen !== undefined) {
      this.#unfold(this.chosen, this.folded.has(this.chosen));
    } else if (this.view === "functions" || this.view === "lines") {
      const id = this.order.find((id) => id === this.chosen) ?? this.order[0];
      this.opened = id === undefined ? undefined : this.rows?.row(id);
      this.scroll = 0;
    }
  }

  #back(): void {
    if (this.output) this.output = false;
    else if (this.opened !== undefined) this.opened = undefined;
    else if (this.view === "flame") this.zoom = undefined;
    this.scroll = 0;
  }

  #show(step: number): void {
    this.#go(VIEWS[(VIEWS.indexOf(this.view) + step + VIEWS.length) % VIEWS.length]!);
  }

  #go(view: View): void {
    this.view = view;
    this.output = false;
    this.opened = undefined;
    this.chosen = undefined;
    this.scroll = 0;
  }

  #cycleSort(step: number): void {
    this.sort = SORTS[(SORTS.indexOf(this.sort) + step + SORTS.length) % SORTS.length]!;
    this.scroll = 0;
  }

  #sortBy(name: string): void {
    this.sort = SORTS.find((sort) => sort === name) ?? this.sort;
    this.scroll = 0;
  }

  #move(step: number): void {
    if (this.opened !== undefined || this.output || this.view === "stacks") {
      this.scroll = Math.max(0, Math.min(this.scroll + step, this.order.length - this.page));
      return;
    }
    const last = this.order.length - 1;
    if (last < 0) return;
    const at = this.chosen === undefined ? -1 : this.order.indexOf(this.chosen);
    const next = at < 0 ? (step > 0 ? Math.min(step - 1, last) : 0) : at + step;
    this.chosen = this.order[Math.max(0, Math.min(last, next))];
  }

  /** Moves the rows shown so that the chosen one is among them. */
  follow(): void {
    const at = this.chosen === undefined ? -1 : this.order.indexOf(this.chosen);
    if (at >= 0) {
      if (at < this.scroll) this.scroll = at;
      if (at >= this.scroll + this.page) this.scroll = at - this.page + 1;
    }
    this.scroll = Math.max(0, Math.min(this.scroll, this.order.length - this.page));
  }
}

const WISHES: Readonly<Record<string, Wish>> = {
  q: "quit",
  Q: "quit",
  r: "reset",
  R: "reset",
  e: "recent",
  w: "snapshot",
  t: "all-threads",
};
