import type { JSX } from "preact";
import { nameOf, placeOf } from "../names.ts";
import { describeShare } from "../shares.ts";
import type { Tree } from "../tree.ts";
import { Button } from "./button.tsx";
import { addStep, hasSource, openSandwich, openSource, type Page } from "./page.ts";

interface DetailsProps {
  readonly page: Page;
  readonly tree: Tree;
  readonly node: number;
  /** How deep it lies; −1 when no box is picked out. */
  readonly depth: number;
}

/** The line below the picture: what is picked out, and what can be done with it. */
export function Details({ page, tree, node, depth }: DetailsProps): JSX.Element {
  const { model, derived } = page;
  if (node <= 0 || node >= tree.length) {
    return (
      <div class="details hint">
        <span class="wide">
          Click a box to zoom, point at it for details, <kbd>/</kbd> to search, <kbd>?</kbd>{" "}
          for all keys.
        </span>
        <span class="narrow">Tap a box to zoom.</span>
      </div>
    );
  }
  const key = tree.key[node]!;
  const target = { grouping: tree.grouping, id: key };
  const total = describeShare(model, tree.total[node]!, tree.total[0]!, derived.worth);
  const self = describeShare(model, tree.self[node]!, tree.total[0]!, derived.worth);
  const place = placeOf(model, tree.grouping, key);
  return (
    <div class="details" aria-live="polite">
      <span class="what">
        <b>
          <bdi>{nameOf(model, tree.grouping, key)}</bdi>
        </b>{" "}
        <bdi class="faint">{place}</bdi>
      </span>
      <span class="figures">
        <span>
          total {total.percent} <span class="faint">{total.margin}</span>
        </span>
        <span>
          self {self.percent} <span class="faint">{self.margin}</span>
        </span>
        <span class="wide">{total.time}</span>
        {depth > 0 && <span class="wide faint">depth {depth}</span>}
      </span>
      <span class="actions">
        {hasSource(page, target) && (
          <Button onClick={() => openSource(page, target)}>
            Source
          </Button>
        )}
        <Button onClick={() => openSandwich(page, target)}>Callers</Button>
        <Button
          title="Only samples with it, from it on"
          onClick={() => addStep(page, "focus", target)}
        >
          Focus
        </Button>
        <Button
          title="Give its own time to its callers"
          onClick={() => addStep(page, "hide", target)}
        >
          Hide
        </Button>
        <Button
          title="Leave out all samples with it"
          onClick={() => addStep(page, "drop", target)}
        >
          Drop
        </Button>
      </span>
    </div>
  );
}
