import { metric } from "./choices.ts";

/** Rows with samples, hottest first, by what is shown; by all time where nothing has time of its own. */
function listHottest(): HTMLElement[] {
  const rows = [...document.querySelectorAll<HTMLElement>("tr[data-self]")];
  const sorted = (by: "self" | "total"): HTMLElement[] => {
    const heat = (row: HTMLElement): number => Number(row.dataset[by]);
    return rows.filter((row) => heat(row) > 0).sort((a, b) => heat(b) - heat(a));
  };
  const found = sorted(metric());
  return found.length > 0 ? found : sorted("total");
}

/** Goes to the next line by heat, from the one that the address names; after the last comes the first. */
export function stepHottest(by: 1 | -1): void {
  const rows = listHottest();
  if (rows.length === 0) return;
  const at = rows.findIndex((row) => `#${row.id}` === location.hash);
  const first = by > 0 ? 0 : rows.length - 1;
  goTo(rows[at < 0 ? first : (at + by + rows.length) % rows.length]!);
}

/** Makes a line the one that the address names, and brings it into sight. */
export function goTo(row: HTMLElement): void {
  location.hash = `#${row.id}`;
  row.scrollIntoView({ block: "center" });
}
