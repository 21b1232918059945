import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Compared } from "../comparer.ts";
import { countKeys, nameOf, placeOf } from "../names.ts";
import { matchKeys } from "../search.ts";
import { describeShare, type Share } from "../shares.ts";
import type { Sort } from "../state.ts";
import { Button } from "./button.tsx";
import { showSigned } from "./comparison.tsx";
import { hasSource, openSandwich, openSource, type Page } from "./page.ts";

/** Rows shown at first, and with each wish for more. */
const SOME_ROWS = 200;

/** One row of the table. */
interface Row {
  readonly key: number;
  readonly self: number;
  readonly total: number;
  /** By what the change sorts: what is beyond noise first, then by size. */
  readonly change: number;
  readonly name: string;
  readonly place: string;
}

const HEADS: readonly (readonly [Sort, string, string])[] = [
  ["self", "Self", "Samples in which it was running itself"],
  ["total", "Total", "Samples in which it or something that it called was running"],
  ["change", "Change of self, total", "What became of it since before; grey is within noise"],
  ["name", "Function", "Its qualified name"],
  ["file", "Where", "The file and line of its definition"],
];

/** All functions in a table. */
export function FunctionsView({ page }: { page: Page }): JSX.Element {
  const { state, derived, go } = page;
  const [most, setMost] = useState(SOME_ROWS);
  const rows = useMemo(() => listRows(page), [derived.tree, derived.query, derived.compared]);
  const sorted = useMemo(() => sortRows(rows, state.sort), [rows, state.sort]);
  const shown = sorted.slice(0, most);
  const heads = HEADS.filter(([sort]) => sort !== "change" || derived.compared !== undefined);
  return (
    <div class="functions scrolls" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {heads.map(([sort, name, title]) => (
              <th
                key={sort}
                class={sort}
                scope="col"
                colSpan={sort === "change" ? 2 : 1}
                aria-sort={state.sort === sort ? orderOf(sort) : undefined}
              >
                <Button title={title} onClick={() => go({ sort }, "replace")}>
                  {sort === "name" ? titleOfRows(page) : name}
                </Button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{shown.map((row) => <RowCells key={row.key} page={page} row={row} />)}</tbody>
      </table>
      {rows.length === 0 && <p class="empty">Nothing fits the search.</p>}
      {sorted.length > most && (
        <Button
          class="more"
          onClick={() => setMost(most + 5 * SOME_ROWS)}
        >
          Show more: {sorted.length - most} are left
        </Button>
      )}
    </div>
  );
}

function orderOf(sort: Sort): "ascending" | "descending" {
  return sort === "name" || sort === "file" ? "ascending" : "descending";
}

function titleOfRows({ state }: Page): string {
  return { function: "Function", module: "Module", package: "Package" }[state.grouping];
}

function RowCells({ page, row }: { page: Page; row: Row }): JSX.Element {
  const { model, derived, state, go } = page;
  const all = derived.tree.total[0]!;
  const self = describeShare(model, row.self, all, derived.worth);
  const total = describeShare(model, row.total, all, derived.worth);
  const target = { grouping: derived.tree.grouping, id: row.key };
  const chosen = state.target?.grouping === target.grouping && state.target.id === target.id;
  return (
    <tr class={chosen ? "chosen" : ""} onClick={() => go({ target }, "replace")}>
      <Figure share={self} kind="self" />
      <Figure share={total} kind="total" />
      {derived.compared !== undefined && <ChangeCells compared={derived.compared} row={row} />}
      <th scope="row" title={row.name}>
        <Button class="link" onClick={() => openSandwich(page, target)}>
          <bdi>{row.name}</bdi>
        </Button>
      </th>
      <td class="place" title={row.place}>
        {hasSource(page, target)
          ? (
            <Button class="link faint" onClick={() => openSource(page, target)}>
              <bdi>{row.place}</bdi>
            </Button>
          )
          : <bdi class="faint">{row.place}</bdi>}
      </td>
    </tr>
  );
}

function Figure({ share, kind }: { share: Share; kind: "self" | "total" }): JSX.Element {
  return (
    <td class="figure">
      <span class={`bar ${kind}`} style={{ width: `${Math.min(1, share.value) * 100}%` }} />
      <span class="parts">
        <b>{share.percent}</b>
        <i class="faint">{share.margin}</i>
        <i class="faint">{share.time}</i>
      </span>
    </td>
  );
}

/** What became of a function itself, and with all that it calls. */
function ChangeCells({ compared, row }: { compared: Compared; row: Row }): JSX.Element {
  const change = compared.totals.changeOf(row.key);
  const cell = (part: "self" | "total"): JSX.Element => {
    const { difference } = change[part];
    const tone = !change[`${part}Significant`] ? "faint" : difference > 0 ? "more" : "less";
    const title = `${part}${tone === "faint" ? ", within noise" : ""}`;
    return (
      <td class={`change ${tone}`} title={title}>{showSigned(difference, compared.totals.by)}</td>
    );
  };
  return (
    <>
      {cell("self")}
      {cell("total")}
    </>
  );
}

/** The rows of all that has samples and fits the search. */
function listRows({ model, derived }: Page): Row[] {
  const { tree, totals, query } = derived;
  const { grouping } = tree;
  const fits = query.kind === "text" || query.kind === "pattern"
    ? matchKeys(model, grouping, query)
    : undefined;
  const rows: Row[] = [];
  for (let key = 0; key < countKeys(model, grouping); key++) {
    if (totals.total[key] === 0 || fits?.[key] === 0) continue;
    rows.push({
      key,
      self: totals.self[key]!,
      total: totals.total[key]!,
      change: weighChange(derived.compared, key),
      name: nameOf(model, grouping, key),
      place: placeOf(model, grouping, key),
    });
  }
  return rows;
}

function weighChange(compared: Compared | undefined, key: number): number {
  if (compared === undefined) return 0;
  const { self, total } = compared.totals.changeOf(key);
  const size = Math.max(Math.abs(self.difference), Math.abs(total.difference) / 1000);
  return compared.totals.levels[key] === 0 ? -1 / (1 + size) : size;
}

function sortRows(rows: readonly Row[], sort: Sort): Row[] {
  const text = (a: string, b: string): number => a < b ? -1 : Number(a > b);
  const by: Readonly<Record<Sort, (a: Row, b: Row) => number>> = {
    self: (a, b) => b.self - a.self || b.total - a.total,
    total: (a, b) => b.total - a.total || b.self - a.self,
    change: (a, b) => b.change - a.change || b.self - a.self,
    name: (a, b) => text(a.name, b.name),
    file: (a, b) => text(a.place, b.place) || b.self - a.self,
  };
  return rows.toSorted(by[sort]);
}
