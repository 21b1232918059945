/** Panels of instructions: opened line by line, and each instruction shows where in its line it is. */
export function startInstructions(): void {
  for (const button of document.querySelectorAll<HTMLElement>("button.instr")) {
    const panel = document.getElementById(button.getAttribute("aria-controls") ?? "");
    if (panel === null) continue;
    button.addEventListener("click", () => {
      panel.hidden = !panel.hidden;
      button.setAttribute("aria-expanded", String(!panel.hidden));
    });
    const code = button.closest("tr")?.querySelector("code");
    for (const row of panel.querySelectorAll<HTMLElement>("[data-span]")) {
      const parts = code?.querySelectorAll(`[data-in~="${row.dataset["span"]}"]`) ?? [];
      const mark = (on: boolean) => (): void => {
        for (const part of parts) part.classList.toggle("pointed", on);
      };
      row.addEventListener("pointerenter", mark(true));
      row.addEventListener("pointerleave", mark(false));
      row.addEventListener("focus", mark(true));
      row.addEventListener("blur", mark(false));
    }
  }
}
