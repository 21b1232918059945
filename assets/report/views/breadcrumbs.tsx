import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { formatTime } from "../../../src/analysis/units.ts";
import { nameOf, threadName } from "../names.ts";
import type { Step } from "../tree.ts";
import { Button } from "./button.tsx";
import type { Page } from "./page.ts";

/** Longer ways to a box are shown without their middle. */
const MOST_CRUMBS = 8;

const STEP_WORDS: Readonly<Record<Step["op"], string>> = {
  hide: "hidden",
  drop: "without",
  focus: "only",
};

/** The way to the box that is zoomed to, and every change of the picture that can be taken back. */
export function Breadcrumbs({ page }: { page: Page }): JSX.Element | null {
  const { state, derived, go, model } = page;
  const tree = derived.shown;
  const way: number[] = [];
  const zoomed = state.zoom?.node ?? 0;
  for (let at = zoomed < tree.length ? zoomed : 0; at > 0; at = tree.parent[at]!) way.unshift(at);
  const cut = way.length > MOST_CRUMBS ? way.slice(-MOST_CRUMBS + 1) : way;
  // Large pictures have many boxes to look through.
  const positions = useMemo(() => positionsOf(page, cut), [derived.boxes, cut.join()]);
  if (way.length === 0 && state.zoom === undefined) return null;
  return (
    <nav class="crumbs" aria-label="Way to the zoomed box">
      <Button onClick={() => go({ zoom: undefined })}>all</Button>
      {cut.length < way.length && <span>… {way.length - cut.length} more</span>}
      {cut.map((node, index) => {
        const last = index === cut.length - 1;
        const position = positions.get(node);
        return (
          <Button
            key={node}
            aria-current={last ? "location" : undefined}
            disabled={position === undefined}
            onClick={() => position !== undefined && go({ zoom: { node, ...position } })}
          >
            {nameOf(model, tree.grouping, tree.key[node]!)}
          </Button>
        );
      })}
    </nav>
  );
}

/** Where boxes of nodes are: the widest of each, in a picture by time. */
function positionsOf(
  { derived: { boxes } }: Page,
  nodes: readonly number[],
): Map<number, { from: number; to: number }> {
  const wanted = new Set(nodes);
  const found = new Map<number, { from: number; to: number }>();
  for (let box = 0; box < boxes.node.length && wanted.size > 0; box++) {
    const node = boxes.node[box]!;
    if (!wanted.has(node)) continue;
    const [from, to] = [boxes.left[box]! / boxes.width, boxes.right[box]! / boxes.width];
    const before = found.get(node);
    if (before === undefined || to - from > before.to - before.from) found.set(node, { from, to });
  }
  return found;
}

/** Everything that makes the picture show less than all, each with a way to take it back. */
export function Chips({ page }: { page: Page }): JSX.Element | null {
  const { state, go, model } = page;
  const chips: { label: string; undo: () => void }[] = [];
  for (const [index, { op, target }] of state.steps.entries()) {
    chips.push({
      label: `${STEP_WORDS[op]}: ${nameIfKnown(page, target.grouping, target.id)}`,
      undo: () => go({ steps: state.steps.toSpliced(index, 1) }),
    });
  }
  if (state.mergeRecursion) {
    chips.push({
      label: "recursion merged",
      undo: () => go({ mergeRecursion: false }),
    });
  }
  if (state.without.length > 0) {
    const kept = model.header.threads.map((_, id) => id).filter((id) =>
      !state.without.includes(id)
    );
    const label = kept.length === 1
      ? `thread: ${threadName(model, kept[0]!)}`
      : `${kept.length} of ${model.header.threads.length} threads`;
    chips.push({ label, undo: () => go({ without: [] }) });
  }
  if (state.range !== undefined) {
    const [from, to] = state.range.map((slice) => formatTime(slice * model.header.sliceUs));
    chips.push({
      label: `time: ${from} to ${to}`,
      undo: () => go({ range: undefined }),
    });
  }
  if (chips.length === 0) return null;
  return (
    <div class="chips" aria-label="What is left out">
      {chips.map(({ label, undo }, index) => (
        <Button
          key={`${index} ${label}`}
          class="chip"
          title="Take back"
          aria-label={`Take back: ${label}`}
          onClick={undo}
        >
          <bdi>{label}</bdi> <span aria-hidden="true">×</span>
        </Button>
      ))}
    </div>
  );
}

function nameIfKnown({ model }: Page, grouping: Step["target"]["grouping"], id: number): string {
  try {
    return nameOf(model, grouping, id);
  } catch {
    // An address of another report.
    return "unknown";
  }
}
