import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useAddress } from "../actions.ts";
import { rowOf } from "../boxes.ts";
import type { Theme } from "../color.ts";
import { createDeriver } from "../derive.ts";
import { saveAs } from "../export.ts";
import type { FlameCanvas } from "../flame_canvas.ts";
import { titleOf } from "../headline.ts";
import { Ruler } from "../labels.ts";
import type { Model } from "../model.ts";
import { chooseTheme, readTheme } from "../theme.ts";
import { Chips } from "./breadcrumbs.tsx";
import { Comparison } from "./comparison.tsx";
import { FlameView } from "./flame_view.tsx";
import { FunctionsView } from "./functions_view.tsx";
import { Header } from "./header.tsx";
import { Help } from "./help.tsx";
import { createKeys } from "./keys.ts";
import { Legend } from "./legend.tsx";
import type { Page } from "./page.ts";
import { SandwichView } from "./sandwich_view.tsx";
import { SourceView } from "./source_view.tsx";
import { Strip } from "./strip.tsx";
import { SummaryView } from "./summary_view.tsx";
import { Toolbar } from "./toolbar.tsx";

/** The report. */
export function App({ model: current }: { model: Model }): JSX.Element {
  const [state, go] = useAddress();
  const model = state.side === "base" ? current.other?.model ?? current : current;
  const [theme, setTheme] = useState(readTheme);
  const [help, setHelp] = useState(false);
  const [cursor, pick] = useState(-1);
  const derive = useMemo(() => createDeriver(model), [model]);
  const ruler = useMemo(() => new Ruler(), []);
  const flame = useRef<FlameCanvas | undefined>(undefined);
  const derived = derive(state);
  const page: Page = { model, state, derived, go, theme, ruler };

  const { boxes, shown, matches } = derived;
  // A box belongs to the picture it was picked out in.
  useEffect(() => pick(-1), [shown, derived.order]);
  const listed = useMemo(() => ({ boxes: undefined as number[] | undefined }), [boxes, matches]);
  // Only those who go from match to match wait for the list of them.
  const listFound = (): number[] => listed.boxes ??= listMatches(page);
  const at = cursor < 0 || matches.count === 0 ? -1 : listFound().indexOf(cursor);
  const step = (by: number): void => {
    const found = listFound();
    if (found.length === 0) return;
    const next = at < 0 ? (by > 0 ? 0 : found.length - 1) : (at + by + found.length) % found.length;
    showBox(page, found[next]!, flame.current);
    pick(found[next]!);
  };
  const switchTheme = (): void => {
    const other: Theme = theme === "dark" ? "light" : "dark";
    chooseTheme(other);
    setTheme(other);
  };

  const keys = useRef((_: KeyboardEvent): void => {});
  keys.current = createKeys(page, {
    cursor: cursor < boxes.node.length ? cursor : -1,
    step,
    switchTheme,
    openHelp: () => setHelp(true),
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => keys.current(event);
    addEventListener("keydown", press);
    document.title = `${titleOf(model.header.facts.metadata).slice(0, 120)} · tachyon`;
    return () => removeEventListener("keydown", press);
  }, []);
  usePrintedTheme(theme, setTheme);

  const views: Readonly<Record<typeof state.view, () => JSX.Element>> = {
    flame: () => (
      <FlameView
        page={page}
        cursor={cursor}
        pick={pick}
        expose={(canvas) => flame.current = canvas}
      />
    ),
    functions: () => <FunctionsView page={page} />,
    sandwich: () => <SandwichView page={page} />,
    source: () => <SourceView page={page} />,
    summary: () => <SummaryView page={page} />,
  };
  return (
    <div class="report">
      <a class="skip" href="#view=functions">Skip to the table of functions</a>
      <Header page={page} switchTheme={switchTheme} openHelp={() => setHelp(true)} />
      <Toolbar
        page={page}
        at={at}
        step={step}
        save={(kind) => flame.current && saveAs(kind, flame.current, model)}
      />
      {model.header.slices > 1 && <Strip page={page} />}
      <Comparison page={page} />
      <Chips page={page} />
      <main>{derived.tree.total[0] === 0 ? <Empty /> : views[state.view]()}</main>
      {state.view === "flame" && <Legend page={page} />}
      {help && <Help close={() => setHelp(false)} />}
    </div>
  );
}

function Empty(): JSX.Element {
  return <p class="empty">No samples are left: take back one of the choices above.</p>;
}

/** Boxes of nodes that fit the search, row by row. */
function listMatches({ derived: { matches, boxes } }: Page): number[] {
  const found: number[] = [];
  for (let box = 0; box < boxes.node.length; box++) {
    if (matches.nodes[boxes.node[box]!] === 1) found.push(box);
  }
  return found;
}

/** Brings a box into sight, wherever it is: one too narrow to be seen is zoomed to. */
function showBox({ derived: { boxes }, go, state }: Page, box: number, flame?: FlameCanvas): void {
  const [left, right] = [boxes.left[box]! / boxes.width, boxes.right[box]! / boxes.width];
  const { from = 0, to = 1 } = state.zoom ?? {};
  const isSeen = left >= from && right <= to && (right - left) / (to - from) > 0.02;
  if (state.view !== "flame" || !isSeen) {
    const room = (right - left) * 4;
    const zoom = { from: Math.max(0, left - room), to: Math.min(1, right + room) };
    go({ view: "flame", zoom: { node: boxes.node[box]!, ...zoom } }, "replace");
  }
  flame?.reveal(rowOf(boxes, box));
}

/** Paper is light. */
function usePrintedTheme(theme: Theme, setTheme: (theme: Theme) => void): void {
  const before = useRef(theme);
  useEffect(() => {
    const print = matchMedia("print");
    const change = (): void => {
      const now = print.matches ? "light" : readTheme();
      before.current = now;
      document.documentElement.dataset["theme"] = now;
      setTheme(now);
    };
    print.addEventListener("change", change);
    return () => print.removeEventListener("change", change);
  }, []);
}
