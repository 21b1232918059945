import { goTo } from "./hottest.ts";

/** What a search does with a key that leads from match to match. */
export interface Search {
  readonly field: HTMLInputElement;
  step(by: 1 | -1): void;
}

/** Searches the lines of a file: matches are marked, and Enter goes from one to the next. */
export function startLineSearch(): Search | undefined {
  const texts = [...document.querySelectorAll<HTMLElement>("td.text code")].map((code) => ({
    code,
    row: code.closest("tr")!,
    text: (code.textContent ?? "").toLowerCase(),
  }));
  let found: typeof texts = [];
  let at = -1;
  return startSearch({
    find(wanted): number {
      for (const { row } of found) row.classList.remove("match");
      found = wanted === "" ? [] : texts.filter(({ text }) => text.includes(wanted));
      for (const { row } of found) row.classList.add("match");
      markText(found, wanted);
      at = -1;
      return found.length;
    },
    step(by): number {
      if (found.length === 0) return -1;
      at = at < 0 ? (by > 0 ? 0 : found.length - 1) : (at + by + found.length) % found.length;
      goTo(found[at]!.row);
      return at;
    },
    noun: "line",
  });
}

/** Searches for files by their paths: others are left out. */
export function startFileSearch(): Search | undefined {
  const files = [...document.querySelectorAll<HTMLElement>(".entry.file")];
  const groups = [...document.querySelectorAll<HTMLDetailsElement>(".tree details")];
  const nothing = document.querySelector<HTMLElement>(".nothing-found");
  const before = new Map(groups.map((group) => [group, group.open]));
  return startSearch({
    find(wanted): number {
      let found = 0;
      for (const file of files) {
        file.hidden = !(file.dataset["path"] ?? "").toLowerCase().includes(wanted);
        if (!file.hidden) found++;
      }
      for (const group of groups) {
        const empty = group.querySelector(".entry.file:not([hidden])") === null;
        (group.closest("li") ?? group).hidden = empty;
        group.open = wanted === "" ? before.get(group)! : true;
      }
      for (const part of document.querySelectorAll<HTMLElement>(".hottest")) {
        part.hidden = wanted !== "";
      }
      if (nothing !== null) nothing.hidden = found > 0;
      return found;
    },
    step(): number {
      files.find(({ hidden }) => !hidden)?.querySelector("a")?.click();
      return -1;
    },
    noun: "file",
  });
}

interface Matcher {
  /** @param wanted in small letters. */
  find(wanted: string): number;
  /** @returns which match it went to, from 0; −1 for none. */
  step(by: 1 | -1): number;
  readonly noun: string;
}

function startSearch({ find, step, noun }: Matcher): Search | undefined {
  const field = document.querySelector<HTMLInputElement>("#search");
  const output = document.querySelector<HTMLOutputElement>(".search output");
  if (field === null || output === null) return undefined;
  let found = 0;
  const tell = (at: number): void => {
    const counted = `${found} ${noun}${found === 1 ? "" : "s"}`;
    output.textContent = field.value === "" ? "" : at < 0 ? counted : `${at + 1} of ${counted}`;
  };
  field.addEventListener("input", () => {
    found = find(field.value.toLowerCase());
    tell(-1);
  });
  const go = (by: 1 | -1): void => {
    if (field.value === "") return;
    tell(step(by));
    // A change of the address takes the focus away.
    field.focus({ preventScroll: true });
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") go(event.shiftKey ? -1 : 1);
  });
  return { field, step: go };
}

/** Marks the very letters, where the browser can without a change to the page. */
function markText(found: readonly { code: HTMLElement }[], wanted: string): void {
  if (!("highlights" in CSS)) return;
  // The compiler does not know that a registry of highlights is a map.
  const highlights = CSS.highlights as unknown as Map<string, Highlight>;
  highlights.delete("found");
  if (wanted === "") return;
  const ranges: Range[] = [];
  for (const { code } of found) {
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    const nodes: { node: Node; from: number }[] = [];
    let text = "";
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      nodes.push({ node, from: text.length });
      text += node.textContent ?? "";
    }
    const small = text.toLowerCase();
    // A letter may become two when it is made small: then places do not fit.
    if (small.length !== text.length) continue;
    for (let at = small.indexOf(wanted); at >= 0; at = small.indexOf(wanted, at + wanted.length)) {
      ranges.push(rangeOf(nodes, at, at + wanted.length));
    }
  }
  highlights.set("found", new Highlight(...ranges));
}

function rangeOf(nodes: readonly { node: Node; from: number }[], from: number, to: number): Range {
  const range = new Range();
  const start = nodes.findLast((one) => one.from <= from)!;
  const end = nodes.findLast((one) => one.from < to)!;
  range.setStart(start.node, from - start.from);
  range.setEnd(end.node, to - end.from);
  return range;
}
