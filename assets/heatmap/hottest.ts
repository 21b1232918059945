import { metric } from "./choices.ts";

/** Rows with samples, hottest first, by what is shown. */
export function listHottest(): HTMLElement[] {
  const by = metric();
  const rows = [...document.querySelectorAll<HTMLElement>("tr[data-self]")];
  const heat = (row: HTMLElement): number => Number(row.dataset[by]);
  return rows.filter((row) => heat(row) > 0).sort((a, b) => heat(b) - heat(a));
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
