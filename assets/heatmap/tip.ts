/** Tells more of what the pointer or the keyboard is at. */
export function startTip(): void {
  const tip = document.getElementById("tip");
  if (tip === null) return;
  const hide = (): void => {
    tip.hidden = true;
  };
  const show = (event: Event): void => {
    const at = event.target instanceof Element
      ? event.target.closest<HTMLElement>("[data-tip]")
      : null;
    if (at === null) return hide();
    tip.textContent = at.dataset["tip"] ?? "";
    tip.hidden = false;
    place(tip, at);
  };
  addEventListener("pointerover", show);
  addEventListener("focusin", show);
  addEventListener("scroll", hide, { passive: true });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
}

/** Puts something below what it is about, or above where there is no room, and within the window. */
export function place(box: HTMLElement, at: Element): void {
  const { left, top, bottom } = at.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const below = bottom + 6 + height < innerHeight;
  box.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 24))}px`;
  box.style.top = `${Math.max(8, below ? bottom + 6 : top - height - 6)}px`;
}
