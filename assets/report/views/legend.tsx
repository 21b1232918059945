import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import {
  DIFFERENCE_LEVELS,
  differenceColor,
  HEAT_LEVELS,
  heatColor,
  packageColor,
} from "../color.ts";
import type { Page } from "./page.ts";

/** Packages named. */
const MOST_NAMED = 7;

/** What the colours of the picture mean. */
export function Legend({ page }: { page: Page }): JSX.Element {
  const { model, derived, state, theme } = page;
  const named = useMemo(() => {
    const samples = new Float64Array(model.header.packages.length);
    for (let node = 0; node < model.nodes; node++) {
      const file = model.functionFile[model.placeFunction[model.place[node]!]!]!;
      samples[model.header.files[file]!.package]! += derived.selection.self[node]!;
    }
    return [...samples.keys()].filter((id) => samples[id]! > 0 && isColoured(page, id))
      .sort((a, b) => samples[b]! - samples[a]!).slice(0, MOST_NAMED);
  }, [derived.selection]);
  const levels = Array.from({ length: HEAT_LEVELS }, (_, level) => level);
  const scale = (color: (level: number) => string): JSX.Element => (
    <span class="item">
      little{" "}
      {levels.map((level) => (
        <i key={level} style={{ background: color(level) }} class="swatch step" />
      ))} much own time
    </span>
  );
  if (state.coloring === "heat") {
    return <div class="legend">{scale((level) => heatColor(level, theme))}</div>;
  }
  if (state.coloring === "difference" && derived.compared !== undefined) {
    return <DifferenceLegend page={page} />;
  }
  const { packages } = model.header;
  const first = packages[named[0] ?? 0];
  return (
    <div class="legend">
      {named.map((id) => (
        <span class="item" key={id}>
          <i class="swatch" style={{ background: packageColor(packages[id]!, 2, theme) }} />
          <bdi>{packages[id]!.name}</bdi>
        </span>
      ))}
      {packages.some(({ kind }) => kind === "stdlib") && (
        <span class="item">
          <i
            class="swatch"
            style={{ background: packageColor({ name: "", kind: "stdlib" }, 2, theme) }}
          />
          standard library
        </span>
      )}
      {first !== undefined && scale((level) => packageColor(first, level, theme))}
    </div>
  );
}

/** What orange and blue mean. */
function DifferenceLegend({ page: { theme } }: { page: Page }): JSX.Element {
  const swatch = (level: number): JSX.Element => (
    <i key={level} style={{ background: differenceColor(level, theme) }} class="swatch step" />
  );
  const levels = Array.from({ length: DIFFERENCE_LEVELS }, (_, step) => step + 1);
  return (
    <div class="legend">
      <span class="item">less than before {levels.toReversed().map((step) => swatch(-step))}</span>
      <span class="item">{swatch(0)} within the noise of sampling</span>
      <span class="item">{levels.map(swatch)} more than before</span>
      <span class="item">the deeper, the larger a part of the box</span>
    </div>
  );
}

/** The standard library has one colour for all of its packages. */
function isColoured({ model }: Page, id: number): boolean {
  return model.header.packages[id]!.kind !== "stdlib";
}
