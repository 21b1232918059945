import { place } from "./tip.ts";

/** Lists of calls open beside their buttons; without this they would open in the middle. */
export function startCalls(): void {
  for (const list of document.querySelectorAll<HTMLElement>(".calls")) {
    const button = document.querySelector(`[popovertarget="${list.id}"]`);
    list.addEventListener("toggle", () => {
      if (button === null || !list.matches(":popover-open")) return;
      place(list, button);
      list.querySelector("a")?.focus();
    });
  }
}
