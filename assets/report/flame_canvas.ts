import { boxAt, type Boxes, rowOf } from "./boxes.ts";
import { drawBoxes, type Look, ROW, rowAt, topOf, type View } from "./draw.ts";
import type { Ruler } from "./labels.ts";
import { createCanvasPainter, type Painter, SvgPainter } from "./painter.ts";

/** How long a zoom takes to arrive, ms. */
const GLIDE_MS = 160;
/** Rows that stay above one that was zoomed to. */
const ROWS_ABOVE = 3;

/** What is drawn. */
export interface Picture {
  readonly boxes: Boxes;
  readonly look: Look;
  /** The edges, as shares of the whole width. */
  readonly from: number;
  readonly to: number;
  readonly upward: boolean;
}

/** A box on the screen, px from the top left of all rows. */
export interface Spot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

/** Draws a picture of boxes into a canvas that stays in sight while its rows are scrolled. */
export class FlameCanvas {
  #picture: Picture | undefined;
  #from = 0;
  #to = 1;
  #frame = 0;
  #glide: { from: number; to: number; start: number } | undefined;

  constructor(
    readonly scroller: HTMLElement,
    readonly canvas: HTMLCanvasElement,
    readonly ruler: Ruler,
    /** Called when what is seen has moved. */
    readonly moved: () => void,
  ) {}

  /** The edges of what is seen, as shares. */
  get window(): readonly [number, number] {
    return [this.#from, this.#to];
  }

  /** Shows a picture; glides to its edges if it is the same one as before. */
  show(picture: Picture): void {
    const before = this.#picture;
    this.#picture = picture;
    const moves = picture.from !== this.#from || picture.to !== this.#to;
    const glides = before !== undefined && moves && before.boxes.width === picture.boxes.width &&
      before.upward === picture.upward && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (glides) this.#glide = { from: this.#from, to: this.#to, start: performance.now() };
    else {
      this.#glide = undefined;
      [this.#from, this.#to] = [picture.from, picture.to];
    }
    if (before === undefined) {
      this.scroller.scrollTop = picture.upward ? this.scroller.scrollHeight : 0;
    }
    if (glides) this.schedule();
    else this.draw();
  }

  /** Moves the edges at once, as a wheel or a drag does. */
  moveTo(from: number, to: number): void {
    const size = Math.min(1, Math.max(1e-7, to - from));
    this.#glide = undefined;
    this.#from = Math.min(1 - size, Math.max(0, from));
    this.#to = this.#from + size;
    this.schedule();
  }

  /** Draws with the next frame. */
  schedule(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.draw());
  }

  /** Draws now. */
  draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const picture = this.#picture;
    const view = this.view();
    if (picture === undefined || view === undefined) return;
    const start = performance.now();
    this.#advance(start);
    const scale = devicePixelRatio;
    const { canvas } = this;
    const [width, height] = [Math.round(view.width * scale), Math.round(view.height * scale)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.height = `${view.height}px`;
    }
    const context = canvas.getContext("2d")!;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    this.#paint(createCanvasPainter(context), this.view()!);
    this.moved();
    dispatchEvent(new CustomEvent("tachyon-drawn", { detail: performance.now() - start }));
    if (this.#glide !== undefined) this.schedule();
  }

  /** The picture as it is seen, as an SVG document on a ground of the given colour. */
  toSvg(ground: string): string {
    const view = this.view();
    const painter = new SvgPainter(view?.width ?? 0, view?.height ?? 0);
    painter.rectangle(0, 0, painter.width, painter.height, ground);
    if (view !== undefined) this.#paint(painter, view);
    return painter.finish();
  }

  /** What of the picture is seen; undefined while there is no place for it. */
  view(): View | undefined {
    const { scroller } = this;
    const picture = this.#picture;
    if (picture === undefined || scroller.clientWidth === 0) return undefined;
    const { width } = picture.boxes;
    return {
      from: this.#from * width,
      to: Math.max(this.#to * width, this.#from * width + 1e-9),
      width: scroller.clientWidth,
      height: scroller.clientHeight,
      scroll: scroller.scrollTop,
      upward: picture.upward,
    };
  }

  /** The box at a place of the window; −1 when there is none. */
  boxAt(clientX: number, clientY: number): number {
    const view = this.view();
    if (view === undefined) return -1;
    const { boxes } = this.#picture!;
    const frame = this.scroller.getBoundingClientRect();
    const x = view.from + (clientX - frame.left) * (view.to - view.from) / view.width;
    return boxAt(boxes, rowAt(clientY - frame.top, boxes.rows.length - 1, view), x);
  }

  /** Where a box is; undefined when it is not seen. */
  spotOf(box: number): Spot | undefined {
    const view = this.view();
    if (view === undefined || box < 0) return undefined;
    const { boxes } = this.#picture!;
    const scale = view.width / (view.to - view.from);
    const left = Math.max(0, (boxes.left[box]! - view.from) * scale);
    const right = Math.min(view.width, (boxes.right[box]! - view.from) * scale);
    if (right <= left) return undefined;
    const top = topOf(rowOf(boxes, box), boxes.rows.length - 1, view);
    return { left, top, width: Math.max(2, right - left) };
  }

  /** Scrolls so that a row is well in sight. */
  reveal(row: number): void {
    const view = this.view();
    if (view === undefined) return;
    const top = topOf(row, this.#picture!.boxes.rows.length - 1, view);
    const [low, high] = view.upward
      ? [view.height * 0.4, view.height - ROW]
      : [0, view.height * 0.6];
    const seen = top - view.scroll;
    if (seen >= low && seen <= high) return;
    const above = ROWS_ABOVE * ROW;
    this.scroller.scrollTop = view.upward ? top - view.height + above : top - above;
  }

  #paint(painter: Painter, view: View): void {
    drawBoxes(painter, this.#picture!.boxes, view, this.#picture!.look, this.ruler);
  }

  #advance(now: number): void {
    const glide = this.#glide;
    if (glide === undefined) return;
    const { from, to } = this.#picture!;
    const done = Math.min(1, (now - glide.start) / GLIDE_MS);
    const eased = 1 - (1 - done) ** 3;
    this.#from = glide.from + (from - glide.from) * eased;
    this.#to = glide.to + (to - glide.to) * eased;
    if (done >= 1) this.#glide = undefined;
  }
}
