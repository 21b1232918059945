import { type Scale, SCALES } from "../../src/analysis/difference_significance.ts";
import { type Coloring, COLORINGS } from "./color.ts";
import { type Side, SIDES } from "./model.ts";
import { type Grouping, GROUPINGS, type Step, type Target } from "./tree.ts";

export const VIEWS = ["flame", "functions", "sandwich", "source", "summary"] as const;
export type ViewName = typeof VIEWS[number];

/** How boxes beside each other are ordered. */
export const ORDERS = ["weight", "name", "time"] as const;
export type Order = typeof ORDERS[number];

/** Columns of the table of functions. */
export const SORTS = ["self", "total", "change", "name", "file"] as const;
export type Sort = typeof SORTS[number];

/** All that a reader has chosen; the page's address holds it. */
export interface State {
  readonly view: ViewName;
  readonly order: Order;
  readonly inverted: boolean;
  /** The root is at the bottom. */
  readonly upward: boolean;
  readonly grouping: Grouping;
  readonly mergeRecursion: boolean;
  readonly coloring: Coloring;
  /** Of a comparison: which profile is shown, and by what they are compared. */
  readonly side: Side;
  readonly by: Scale;
  readonly steps: readonly Step[];
  /** Threads left out. */
  readonly without: readonly number[];
  readonly range?: readonly [number, number];
  readonly search: string;
  /** The box that was zoomed to. */
  readonly zoom?: Zoom;
  /** What the views of one function show. */
  readonly target?: Target;
  readonly file?: number;
  readonly line?: number;
  readonly sort: Sort;
}

/** A part of the picture. */
export interface Zoom {
  /** A node of the picture's tree. */
  readonly node: number;
  /** The edges, as shares of the whole width. */
  readonly from: number;
  readonly to: number;
}

const INITIAL: State = {
  view: "flame",
  order: "weight",
  inverted: false,
  upward: false,
  grouping: "function",
  mergeRecursion: false,
  coloring: "difference",
  side: "current",
  by: "share",
  steps: [],
  without: [],
  search: "",
  sort: "self",
};

const STEP_SIGNS = { hide: "h", drop: "d", focus: "f" } as const;

/** Writes what is not as at the beginning, for the part of the address behind `#`. */
export function writeHash(state: State): string {
  const parts: string[] = [];
  const put = (name: string, value: string | number, initial: string | number): void => {
    if (value !== initial) parts.push(`${name}=${encodeURIComponent(value)}`);
  };
  put("view", state.view, INITIAL.view);
  put("order", state.order, INITIAL.order);
  put("inverted", Number(state.inverted), 0);
  put("upward", Number(state.upward), 0);
  put("group", state.grouping, INITIAL.grouping);
  put("recursion", Number(state.mergeRecursion), 0);
  put("color", state.coloring, INITIAL.coloring);
  put("side", state.side, INITIAL.side);
  put("by", state.by, INITIAL.by);
  const steps = state.steps.map(({ op, target }) => `${STEP_SIGNS[op]}${writeTarget(target)}`);
  put("do", steps.join("."), "");
  put("without", state.without.join("."), "");
  put("range", state.range?.join("-") ?? "", "");
  put("search", state.search, "");
  if (state.zoom !== undefined) {
    const { node, from, to } = state.zoom;
    put("zoom", [node, from.toFixed(7), to.toFixed(7)].join("-"), "");
  }
  put("of", state.target === undefined ? "" : writeTarget(state.target), "");
  put("file", state.file ?? "", "");
  put("line", state.line ?? "", "");
  put("sort", state.sort, INITIAL.sort);
  return parts.join("&");
}

/** Reads it back. What makes no sense, or came from somebody who plays tricks, is as at the beginning. */
export function readHash(hash: string): State {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const text = (name: string): string => given.get(name) ?? "";
  const oneOf = <T extends string>(name: string, among: readonly T[], initial: T): T =>
    among.find((value) => value === text(name)) ?? initial;
  const number = (digits: string): number | undefined =>
    /^\d{1,9}$/.test(digits) ? Number(digits) : undefined;
  const steps = text("do").split(".").flatMap((part): Step[] => {
    const op = (["hide", "drop", "focus"] as const).find((op) => STEP_SIGNS[op] === part[0]);
    const target = readTarget(part.slice(1));
    return op === undefined || target === undefined ? [] : [{ op, target }];
  });
  const range = /^(\d{1,6})-(\d{1,6})$/.exec(text("range"));
  const zoom = /^(\d{1,9})-(-?\d+\.\d+)-(\d+\.\d+)$/.exec(text("zoom"));
  const target = readTarget(text("of"));
  const file = number(text("file"));
  const line = number(text("line"));
  return {
    view: oneOf("view", VIEWS, INITIAL.view),
    order: oneOf("order", ORDERS, INITIAL.order),
    inverted: text("inverted") === "1",
    upward: text("upward") === "1",
    grouping: oneOf("group", GROUPINGS, INITIAL.grouping),
    mergeRecursion: text("recursion") === "1",
    coloring: oneOf("color", COLORINGS, INITIAL.coloring),
    side: oneOf("side", SIDES, INITIAL.side),
    by: oneOf("by", SCALES, INITIAL.by),
    steps,
    without: text("without").split(".").flatMap((digits) => number(digits) ?? []),
    ...(range === null || Number(range[1]) >= Number(range[2])
      ? {}
      : { range: [Number(range[1]), Number(range[2])] }),
    search: text("search").slice(0, 1000),
    ...(zoom === null || !(Number(zoom[2]) < Number(zoom[3])) ? {} : {
      zoom: { node: Number(zoom[1]), from: Number(zoom[2]), to: Number(zoom[3]) },
    }),
    ...(target === undefined ? {} : { target }),
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    sort: oneOf("sort", SORTS, INITIAL.sort),
  };
}

function writeTarget({ grouping, id }: Target): string {
  return `${grouping[0]}${id}`;
}

function readTarget(text: string): Target | undefined {
  const grouping = GROUPINGS.find((name) => name[0] === text[0]);
  return grouping !== undefined && /^\d{1,9}$/.test(text.slice(1))
    ? { grouping, id: Number(text.slice(1)) }
    : undefined;
}
