import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { rowOf } from "../boxes.ts";
import type { FlameCanvas } from "../flame_canvas.ts";
import { createLook } from "../look.ts";
import { Breadcrumbs } from "./breadcrumbs.tsx";
import { Details } from "./details.tsx";
import { FlameChart } from "./flame_chart.tsx";
import type { Page } from "./page.ts";

interface FlameViewProps {
  readonly page: Page;
  /** The box that is picked out; −1: none. */
  readonly cursor: number;
  pick(box: number): void;
  readonly expose: (canvas: FlameCanvas | undefined) => void;
}

/** The picture of all stacks. */
export function FlameView({ page, cursor, pick, expose }: FlameViewProps): JSX.Element {
  const { model, state, derived, go, theme, ruler } = page;
  const { shown, boxes, matches, query } = derived;
  const searching = query.kind !== "none" && query.kind !== "broken";
  const plain = useMemo(() => {
    const heat = shown === derived.tree
      ? undefined
      : { self: derived.totals.self, all: derived.tree.total[0]! };
    const difference = derived.compared?.picture;
    return createLook(model, shown, { theme, coloring: state.coloring, ruler, heat, difference });
  }, [shown, theme, state.coloring, derived.compared]);
  const look = useMemo(
    () => searching ? { ...plain, matches: matches.nodes } : plain,
    [plain, matches, searching],
  );
  const { zoom } = state;
  const whole = wholeOf(page);
  const zoomTo = (box: number): void => {
    pick(box);
    const from = Math.max(boxes.left[box]! / boxes.width, 0);
    const to = Math.min(boxes.right[box]! / boxes.width, 1);
    const node = boxes.node[box]!;
    go({ zoom: node === 0 ? undefined : { node, from, to } });
  };
  return (
    <div class="flame">
      <Breadcrumbs page={page} />
      <FlameChart
        page={page}
        tree={shown}
        boxes={boxes}
        look={look}
        upward={state.upward}
        label={state.inverted ? "Callers of what ran" : "Stacks"}
        from={zoom?.from ?? whole[0]}
        to={zoom?.to ?? whole[1]}
        cursor={cursor < boxes.node.length ? cursor : -1}
        pick={pick}
        zoom={zoomTo}
        settle={(from, to) => {
          const isWhole = from <= 0 && to >= 1;
          const node = zoom?.node ?? 0;
          go({ zoom: isWhole ? undefined : { node, from, to } }, "replace");
        }}
        expose={expose}
      />
      <Details
        page={page}
        tree={shown}
        node={cursor >= 0 && cursor < boxes.node.length ? boxes.node[cursor]! : zoom?.node ?? 0}
        depth={cursor >= 0 && cursor < boxes.node.length ? rowOf(boxes, cursor) : -1}
      />
    </div>
  );
}

/** What is seen without a zoom: all, or the chosen range of a picture by time. */
function wholeOf({ state, derived, model }: Page): readonly [number, number] {
  const { slices } = model.header;
  if (derived.order !== "time" || state.range === undefined) return [0, 1];
  const [from, to] = state.range;
  return [Math.min(from, slices - 1) / slices, Math.min(to, slices) / slices];
}
