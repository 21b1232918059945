import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { formatCounted, formatShare } from "../../../src/analysis/units.ts";
import { type Coloring, coloringsOf } from "../color.ts";
import type { Order, ViewName } from "../state.ts";
import type { Grouping } from "../tree.ts";
import { Button } from "./button.tsx";
import { Check, Choice, Menu } from "./menu.tsx";
import type { Page } from "./page.ts";
import { hasThreadsToChoose, ThreadsMenu } from "./threads_menu.tsx";

const VIEW_NAMES: readonly (readonly [ViewName, string])[] = [
  ["flame", "Flame"],
  ["functions", "Functions"],
  ["sandwich", "Callers"],
  ["source", "Source"],
  ["summary", "Summary"],
];

interface ToolbarProps {
  readonly page: Page;
  /** Which match is picked out, from 0; −1: none. */
  readonly at: number;
  step(by: number): void;
  save(kind: "svg" | "png"): void;
}

type OpenMenu = "view" | "threads" | "save";

/** Views, search, and what the picture shows. */
export function Toolbar({ page, at, step, save }: ToolbarProps): JSX.Element {
  const { state, go, model } = page;
  const [open, setOpen] = useState<OpenMenu>();
  const menu = (name: OpenMenu): { open: boolean; toggle: (open: boolean) => void } => ({
    open: open === name,
    toggle: (opens) => setOpen(opens ? name : undefined),
  });
  return (
    <div class="toolbar">
      <nav class="tabs" aria-label="Views">
        {VIEW_NAMES.map(([view, name]) => (
          <Button
            key={view}
            aria-current={state.view === view ? "page" : undefined}
            onClick={() => go({ view })}
          >
            {name}
          </Button>
        ))}
      </nav>
      <Search page={page} at={at} step={step} />
      <div class="menus">
        <Menu name="View" {...menu("view")} active={changesPicture(page)}>
          <PictureOptions page={page} />
        </Menu>
        {hasThreadsToChoose(model) && (
          <Menu
            name={model.header.tasks.length > 0 ? "Threads and tasks" : "Threads"}
            {...menu("threads")}
            active={state.without.length > 0}
          >
            <ThreadsMenu page={page} />
          </Menu>
        )}
        {state.view === "flame" && (
          <Menu name="Save" {...menu("save")}>
            <Button class="item" onClick={() => save("svg")}>Picture as SVG</Button>
            <Button class="item" onClick={() => save("png")}>Picture as PNG</Button>
            <Button class="item" onClick={() => print()}>Print</Button>
          </Menu>
        )}
      </div>
    </div>
  );
}

function changesPicture({ state }: Page): boolean {
  return state.inverted || state.upward || state.mergeRecursion || state.order !== "weight" ||
    state.grouping !== "function" || state.coloring !== "difference";
}

const COLORING_NAMES: Readonly<Record<Coloring, string>> = {
  difference: "Difference from before",
  package: "Package, stronger by own time",
  heat: "Own time only",
};

function Search({ page, at, step }: Omit<ToolbarProps, "save">): JSX.Element {
  const { state, derived, go } = page;
  const { query, matches, matched, tree } = derived;
  const searching = query.kind !== "none" && query.kind !== "broken";
  const share = tree.total[0] === 0 ? 0 : matched / tree.total[0]!;
  return (
    <div class="search" role="search">
      <input
        id="search"
        type="search"
        placeholder="Search: name, /pattern/, file.py:42"
        aria-label="Search functions and files"
        spellcheck={false}
        autocomplete="off"
        value={state.search}
        onInput={(event) => go({ search: event.currentTarget.value }, "replace")}
        onKeyDown={(event) => {
          if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
          if (event.key === "Escape") {
            go({ search: "" }, "replace");
            event.currentTarget.blur();
          }
        }}
      />
      {query.kind === "broken" && <output class="broken">{query.reason}</output>}
      {searching && (
        <>
          <output aria-live="polite" title="Samples with a match anywhere in their stack">
            <b>{formatShare(share)}</b>{" "}
            <span class="wide">
              {at >= 0 && `${at + 1} of `}
              {formatCounted(matches.count, "box").replace(/boxs$/, "boxes")}
            </span>
          </output>
          <Button title="Previous (N)" aria-label="Previous" onClick={() => step(-1)}>
            ‹
          </Button>
          <Button title="Next (n)" aria-label="Next" onClick={() => step(1)}>
            ›
          </Button>
        </>
      )}
    </div>
  );
}

function PictureOptions({ page: { state, go, model } }: { page: Page }): JSX.Element {
  const orders: (readonly [Order, string])[] = [["weight", "Heaviest first"], ["name", "By name"]];
  if (model.header.slices > 1) orders.push(["time", "By time"]);
  const colorings = coloringsOf(model.other !== undefined);
  const grouping = (value: Grouping): void => go({ grouping: value });
  return (
    <>
      <Choice
        legend="Order"
        options={orders}
        value={state.order}
        choose={(order) => go({ order })}
      />
      <Choice
        legend="One box for each"
        options={[["function", "Function"], ["module", "Module"], ["package", "Package"]]}
        value={state.grouping}
        choose={grouping}
      />
      <Choice<Coloring>
        legend="Colours"
        options={colorings.map((coloring) => [coloring, COLORING_NAMES[coloring]])}
        value={colorings.find((coloring) => coloring === state.coloring) ?? colorings[0]!}
        choose={(coloring) => go({ coloring: coloring === colorings[0] ? "difference" : coloring })}
      />
      <fieldset>
        <legend>Stacks</legend>
        <Check
          text="Inverted: from what ran up to its callers"
          value={state.inverted}
          choose={(inverted) =>
            go({
              inverted,
              order: state.order === "time" ? "weight" : state.order,
            })}
        />
        <Check
          text="Root at the bottom"
          value={state.upward}
          choose={(upward) => go({ upward })}
        />
        <Check
          text="Merge recursion"
          value={state.mergeRecursion}
          choose={(mergeRecursion) => go({ mergeRecursion })}
        />
      </fieldset>
    </>
  );
}
