/** What hands do to a picture: wheels, drags, clicks, and two fingers. */

import type { FlameCanvas } from "../flame_canvas.ts";

/** Pixels that a pointer may move in a click. */
const STILL = 4;
const WHEEL_SPEED = 0.0016;
/** How long after the last movement the address takes it over, ms. */
const SETTLE_MS = 200;
/** Fingers that are closer to each other tell no scale, px. */
const LEAST_APART = 12;

/** What becomes of it. */
export interface Handled {
  zoom(box: number): void;
  /** What is seen was moved by hand. */
  settle(from: number, to: number): void;
}

/** Where pointers are that have gone down and not up again, by their ids. */
export type Fingers = Map<number, PointerEvent>;

/** A wheel with Ctrl zooms at the pointer, with Shift it pans; alone it scrolls, as everywhere. */
export function listenToWheel(flame: FlameCanvas, props: () => Handled): () => void {
  let timer = 0;
  const wheel = (event: WheelEvent): void => {
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    const zooms = event.ctrlKey || event.metaKey;
    if (!zooms && Math.abs(sideways) <= Math.abs(event.shiftKey ? 0 : event.deltaY)) return;
    event.preventDefault();
    const [from, to] = flame.window;
    const size = to - from;
    if (zooms) {
      const frame = flame.scroller.getBoundingClientRect();
      const at = from + size * (event.clientX - frame.left) / frame.width;
      const factor = Math.exp(event.deltaY * WHEEL_SPEED);
      flame.moveTo(at - (at - from) * factor, at + (to - at) * factor);
    } else {
      const step = sideways / flame.scroller.clientWidth * size;
      flame.moveTo(from + step, to + step);
    }
    clearTimeout(timer);
    timer = setTimeout(() => props().settle(...flame.window), SETTLE_MS);
  };
  flame.scroller.addEventListener("wheel", wheel, { passive: false });
  return () => {
    clearTimeout(timer);
    flame.scroller.removeEventListener("wheel", wheel);
  };
}

/** Follows a pointer that went down: a click zooms, a drag moves the picture, two fingers do both. */
export function follow(
  down: PointerEvent,
  flame: FlameCanvas,
  props: Handled,
  fingers: Fingers,
): void {
  if (down.button !== 0) return;
  const { scroller } = flame;
  const [from, to] = flame.window;
  const { scrollTop } = scroller;
  fingers.set(down.pointerId, down);
  const pinch = fingers.size === 2 ? beginPinch(flame, fingers) : undefined;
  let dragged = pinch !== undefined;
  const move = (event: PointerEvent): void => {
    if (event.pointerId === down.pointerId) fingers.set(down.pointerId, event);
    if (fingers.size > 1) {
      // Each finger moves the picture as both are now.
      dragged = true;
      pinch?.();
      return;
    }
    if (event.pointerId !== down.pointerId || pinch !== undefined) return;
    const [dx, dy] = [event.clientX - down.clientX, event.clientY - down.clientY];
    if (!dragged && Math.hypot(dx, dy) <= STILL) return;
    dragged = true;
    scroller.classList.add("dragged");
    const step = -dx / scroller.clientWidth * (to - from);
    if (to - from < 1) flame.moveTo(from + step, to + step);
    if (event.pointerType !== "touch") scroller.scrollTop = scrollTop - dy;
  };
  const end = (event: PointerEvent): void => {
    fingers.delete(down.pointerId);
    scroller.classList.remove("dragged");
    if (event.type === "pointercancel") return;
    if (dragged) {
      const [low, high] = flame.window;
      if (low !== from || high !== to) props.settle(low, high);
      return;
    }
    const box = flame.boxAt(event.clientX, event.clientY);
    if (box >= 0) props.zoom(box);
  };
  followPointer(down, move, end);
}

/**
 * Follows a pointer until it goes up or is taken away.
 * @param move called for all pointers.
 */
export function followPointer(
  { pointerId }: PointerEvent,
  move: (event: PointerEvent) => void,
  end: (event: PointerEvent) => void,
): void {
  const stop = (event: PointerEvent): void => {
    if (event.pointerId !== pointerId) return;
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", stop);
    removeEventListener("pointercancel", stop);
    end(event);
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", stop);
  addEventListener("pointercancel", stop);
}

/** Keeps below each of two fingers what is there now; call it when one has moved. */
function beginPinch(flame: FlameCanvas, fingers: Fingers): () => void {
  const frame = flame.scroller.getBoundingClientRect();
  const placesOf = (): number[] => [...fingers.values()].map(({ clientX }) => clientX - frame.left);
  const [from, to] = flame.window;
  const held = placesOf().map((x) => from + x / frame.width * (to - from)) as [number, number];
  return () => {
    const [left, right] = placesOf() as [number, number];
    if (Math.abs(right - left) < LEAST_APART || held[0] === held[1]) return;
    const scale = (held[1] - held[0]) / (right - left);
    // Fingers that have passed each other do not turn the picture round.
    if (scale > 0) flame.moveTo(held[0] - left * scale, held[0] + (frame.width - left) * scale);
  };
}
