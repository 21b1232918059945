import {
  type Coloring,
  DIFFERENCE_LEVELS,
  differenceColor,
  HEAT_LEVELS,
  heatColor,
  heatOf,
  packageColor,
  type Theme,
  toHex,
} from "./color.ts";
import type { Difference } from "./difference.ts";
import type { Look } from "./draw.ts";
import { createLabel, type Label, type Ruler } from "./labels.ts";
import type { Model } from "./model.ts";
import { nameOf, packageIndexOf, placeOf } from "./names.ts";
import { formatCounted } from "../../src/analysis/units.ts";
import type { Tree } from "./tree.ts";

/** Colours of a picture apart from its boxes' fills. */
interface Ink {
  readonly root: string;
  readonly text: string;
  readonly faintText: string;
  readonly dust: string;
  readonly match: string;
  readonly matchText: string;
  readonly dimmed: string;
  readonly dimmedText: string;
}

const INKS: Readonly<Record<Theme, Ink>> = {
  light: {
    root: toHex(0.93, 0.004, 255),
    text: toHex(0.25, 0.02, 255),
    faintText: toHex(0.42, 0.02, 255),
    dust: toHex(0.86, 0.01, 255),
    match: toHex(0.52, 0.19, 300),
    matchText: "#ffffff",
    dimmed: toHex(0.945, 0.003, 255),
    dimmedText: toHex(0.55, 0.01, 255),
  },
  dark: {
    root: toHex(0.31, 0.008, 255),
    text: toHex(0.96, 0.005, 255),
    faintText: toHex(0.82, 0.012, 255),
    dust: toHex(0.34, 0.012, 255),
    match: toHex(0.7, 0.16, 305),
    matchText: "#14101c",
    dimmed: toHex(0.27, 0.006, 255),
    dimmedText: toHex(0.62, 0.01, 255),
  },
};

/** What boxes are to show. */
export interface LookOptions {
  readonly theme: Theme;
  readonly coloring: Coloring;
  readonly ruler: Ruler;
  /**
   * Own samples by key, and all samples: for trees of callers, whose own counts say where stacks end.
   * Absent: the tree's own.
   */
  readonly heat?: { readonly self: Float64Array; readonly all: number } | undefined;
  /** What became of the boxes; absent: they are coloured by package instead. */
  readonly difference?: Difference | undefined;
}

/** How the boxes of a tree look. */
export function createLook(
  model: Model,
  tree: Tree,
  { theme, coloring, ruler, heat, difference }: LookOptions,
): Look {
  const { root, ...ink } = INKS[theme];
  const { grouping } = tree;
  const compared = coloring === "difference" ? difference : undefined;
  const byPackage = coloring !== "heat";
  const colors: string[] = [];
  if (compared !== undefined) {
    for (let level = -DIFFERENCE_LEVELS; level <= DIFFERENCE_LEVELS; level++) {
      colors.push(differenceColor(level, theme));
    }
  } else {
    for (const entry of byPackage ? model.header.packages : [undefined]) {
      for (let level = 0; level < HEAT_LEVELS; level++) {
        colors.push(entry ? packageColor(entry, level, theme) : heatColor(level, theme));
      }
    }
  }
  colors.push(root);
  const index = new Uint16Array(tree.length);
  const all = Math.max(1, tree.total[0]!);
  index[0] = colors.length - 1;
  for (let node = 1; node < tree.length; node++) {
    if (compared !== undefined) {
      index[node] = compared.levels[node]! + DIFFERENCE_LEVELS;
      continue;
    }
    const share = heat === undefined
      ? tree.self[node]! / all
      : heat.self[tree.key[node]!]! / Math.max(1, heat.all);
    const level = heatOf(share);
    const from = byPackage ? packageIndexOf(model, grouping, tree.key[node]!) : 0;
    index[node] = from * HEAT_LEVELS + level;
  }
  const labels = new Map<number, Label>();
  const whole = createLabel(ruler, "all", formatCounted(tree.total[0]!, "sample"));
  return {
    ...ink,
    colors,
    colorOf: (node) => index[node]!,
    labelOf(node): Label {
      const key = tree.key[node]!;
      if (key < 0) return whole;
      let label = labels.get(key);
      if (label === undefined) {
        label = createLabel(ruler, nameOf(model, grouping, key), placeOf(model, grouping, key));
        labels.set(key, label);
      }
      return label;
    },
  };
}
