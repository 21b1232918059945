/** Tells more of what the pointer or the keyboard is at. */
export function startTip(): void {
  const tip = document.getElementById("tip");
  if (tip === null) return;
  let about: HTMLElement | null = null;
  const hide = (): void => {
    about = null;
    tip.hidden = true;
  };
  const show = (event: Event): void => {
    about = event.target instanceof Element
      ? event.target.closest<HTMLElement>("[data-tip]")
      : null;
    if (about === null) return hide();
    tip.textContent = about.dataset["tip"] ?? "";
    tip.hidden = false;
    place(tip, about);
  };
  const follow = (): void => {
    if (about?.matches(":hover, :focus")) place(tip, about);
    else hide();
  };
  addEventListener("pointerover", show);
  addEventListener("focusin", show);
  addEventListener("scroll", follow, { passive: true });
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
