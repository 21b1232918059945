import { metric } from "./choices.ts";

/** Height of a mark, px: one line of thousands is still seen. */
const MARK = 2;

/** The strip beside the lines: where in the file it is hot, and which part is in the window. */
export function startMinimap(): void {
  const canvas = document.querySelector<HTMLCanvasElement>("#minimap");
  const table = document.querySelector<HTMLElement>("table.code");
  if (canvas === null || table === null) return;
  let pending = false;
  const draw = (): void => {
    pending = false;
    paint(canvas, table);
  };
  const request = (): void => {
    if (!pending) requestAnimationFrame(draw);
    pending = true;
  };
  for (const name of ["scroll", "resize", "look"]) {
    addEventListener(name, request, { passive: true });
  }
  new ResizeObserver(request).observe(table);
  const go = (event: PointerEvent): void => {
    const { top, height } = canvas.getBoundingClientRect();
    const share = (event.clientY - top) / height;
    const lines = table.getBoundingClientRect();
    scrollTo(0, scrollY + lines.top + share * lines.height - innerHeight / 2);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    go(event);
  });
  canvas.addEventListener("pointermove", (event) => event.buttons > 0 && go(event));
}

function paint(canvas: HTMLCanvasElement, table: HTMLElement): void {
  const width = canvas.clientWidth * devicePixelRatio;
  const height = canvas.clientHeight * devicePixelRatio;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d")!;
  const style = getComputedStyle(canvas);
  const whole = table.getBoundingClientRect();
  const scale = height / whole.height;
  const from = Math.max(0, -whole.top) * scale;
  context.fillStyle = style.getPropertyValue("--window");
  context.fillRect(0, from, width, Math.min(height - from, innerHeight * scale));
  const rows = document.querySelectorAll<HTMLElement>("tr[data-self]");
  const by = metric();
  const heats = [...rows].map((row) => Number(row.dataset[by]));
  const most = Math.max(1, ...heats);
  context.fillStyle = `rgb(${style.getPropertyValue("--heat-color")})`;
  rows.forEach((row, index) => {
    const heat = heats[index]!;
    if (heat === 0) return;
    const { top, height: own } = row.getBoundingClientRect();
    context.globalAlpha = 0.15 + 0.85 * Math.log1p(heat) / Math.log1p(most);
    const least = MARK * devicePixelRatio;
    context.fillRect(0, (top - whole.top) * scale, width, Math.max(least, own * scale));
  });
}
