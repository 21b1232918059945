import type { Row } from "./figures.ts";

export const VIEWS = ["functions", "lines", "tree", "flame", "threads", "stacks"] as const;
export type View = typeof VIEWS[number];

export const SORTS = ["self", "total", "change", "name"] as const;
export type Sort = typeof SORTS[number];

/** From one picture to the next, ms: bounds, step and start. */
const FASTEST_MS = 50;
const SLOWEST_MS = 1000;
const STEP_MS = 50;
const START_MS = 250;

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
  | "all-threads";

/** How the screen is set: what keys change, and what drawing tells back. */
export class Model {
  view: View = "functions";
  sort: Sort = "self";
  paused = false;
  trends = true;
  refreshMs = START_MS;
  help = false;
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
  /** The node that the flame graph shows as its root; absent: all. */
  zoom: number | undefined;
  /** What there is to move through: ids in order, as drawn last. */
  order: readonly number[] = [];
  /** Rows that fit on the screen, as drawn last. */
  page = 10;
  /** Where left and right lead from the chosen node of a flame graph. */
  beside: { readonly left?: number; readonly right?: number } = {};
  /** The rows of functions or lines, as drawn last. */
  rows: readonly Row[] = [];

  /** The target has ended: what is shown is final. */
  over = false;

  /** What a key means now. */
  press(key: string): Wish | undefined {
    if (key === "ctrl-c") return "quit";
    if (key === "ctrl-z") return "suspend";
    if (key === "ctrl-l") return "redraw";
    if (this.typing !== undefined) return this.#type(key);
    if (this.help) {
      this.help = false;
      return key === "q" || key === "Q" ? "quit" : undefined;
    }
    const wish = WISHES[key];
    if (wish !== undefined) return this.over && wish === "reset" ? undefined : wish;
    this.#set(key);
    return this.#turn(key);
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
    else if (key === "p" || key === " ") this.paused = !this.paused;
    else if (key === "x") this.trends = !this.trends;
    else if (key === "h" || key === "H" || key === "?") this.help = true;
    else if (key === "/") this.typing = this.filter;
    else if (key === "c") this.filter = "";
    else if (key === "+" || key === "=") {
      this.refreshMs = Math.max(FASTEST_MS, this.refreshMs - STEP_MS);
    } else if (key === "-" || key === "_") {
      this.refreshMs = Math.min(SLOWEST_MS, this.refreshMs + STEP_MS);
    } else if (key === "tab") this.#show(1);
    else if (key === "backtab") this.#show(-1);
    else if (/^[1-6]$/.test(key)) this.#go(VIEWS[Number(key) - 1]!);
    else if (key === "escape" || key === "backspace") this.#back();
    else if (key === "enter") this.#open();
    else if (key === "down" || key === "j") this.#move(1);
    else if (key === "up" || key === "k") this.#move(-1);
    else if (key === "pagedown") this.#move(this.page);
    else if (key === "pageup") this.#move(-this.page);
    else if (key === "home") this.#move(-Infinity);
    else if (key === "end") this.#move(Infinity);
  }

  /** Left and right: inside trees they move, elsewhere they go from thread to thread. */
  #turn(key: string): Wish | undefined {
    if (key !== "left" && key !== "right") return undefined;
    if (this.opened !== undefined) return undefined;
    if (this.view === "tree") {
      if (this.chosen !== undefined) {
        if (key === "right") this.expanded.add(this.chosen);
        else this.expanded.delete(this.chosen);
      }
      return undefined;
    }
    if (this.view === "flame") {
      this.chosen = this.beside[key] ?? this.chosen;
      return undefined;
    }
    return key === "right" ? "next-thread" : "previous-thread";
  }

  #open(): void {
    if (this.opened !== undefined) return;
    if (this.view === "flame") {
      if (this.chosen !== undefined) this.zoom = this.chosen;
    } else if (this.view === "tree" && this.chosen !== undefined) {
      if (!this.expanded.delete(this.chosen)) this.expanded.add(this.chosen);
    } else if (this.view === "functions" || this.view === "lines") {
      this.opened = this.rows.find(({ id }) => id === this.chosen) ?? this.rows[0];
      this.scroll = 0;
    }
  }

  #back(): void {
    if (this.opened !== undefined) this.opened = undefined;
    else if (this.view === "flame") this.zoom = undefined;
    this.scroll = 0;
  }

  #show(step: number): void {
    this.#go(VIEWS[(VIEWS.indexOf(this.view) + step + VIEWS.length) % VIEWS.length]!);
  }

  #go(view: View): void {
    this.view = view;
    this.opened = undefined;
    this.chosen = undefined;
    this.scroll = 0;
  }

  #cycleSort(step: number): void {
    this.sort = SORTS[(SORTS.indexOf(this.sort) + step + SORTS.length) % SORTS.length]!;
    this.scroll = 0;
  }

  #move(step: number): void {
    if (this.opened !== undefined || this.view === "stacks") {
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
