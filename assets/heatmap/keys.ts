import type { Search } from "./search.ts";

/** What keys do. */
export type Keys = Readonly<Record<string, () => void>>;

/** Listens to keys, but for those that are meant for a field or the browser. */
export function startKeys(keys: Keys, search: Search | undefined): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    if (target instanceof HTMLInputElement) {
      if (event.key === "Escape") leave(target);
      return;
    }
    if (document.querySelector("dialog[open]") !== null) return;
    if (event.key === "/") {
      event.preventDefault();
      search?.field.focus();
      search?.field.select();
      return;
    }
    keys[event.key]?.();
  });
}

/** Gives up a search. */
function leave(field: HTMLInputElement): void {
  field.value = "";
  field.dispatchEvent(new Event("input"));
  field.blur();
}
