import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { boxAt, type Boxes, findBox, rowOf } from "../boxes.ts";
import { type Look, ROW } from "../draw.ts";
import { FlameCanvas, type Spot } from "../flame_canvas.ts";
import type { Tree } from "../tree.ts";
import { type Fingers, follow, listenToWheel } from "./gestures.ts";
import type { Page } from "./page.ts";
import { Tooltip } from "./tooltip.tsx";

/** What a chart shows and tells. */
export interface ChartProps {
  readonly page: Page;
  readonly tree: Tree;
  readonly boxes: Boxes;
  readonly look: Look;
  readonly upward: boolean;
  readonly label: string;
  /** Edges as shares of the width. */
  readonly from: number;
  readonly to: number;
  /** The box that is picked out; −1: none. */
  readonly cursor: number;
  pick(box: number): void;
  zoom(box: number): void;
  /** What is seen was moved by hand. */
  settle(from: number, to: number): void;
  /** Gets the canvas, for export. */
  readonly expose?: (canvas: FlameCanvas | undefined) => void;
}

interface Hover {
  readonly box: number;
  readonly x: number;
  readonly y: number;
}

/** A picture of boxes that can be hovered, clicked, dragged, wheeled, and walked with the arrow keys. */
export function FlameChart(props: ChartProps): JSX.Element {
  const { boxes, look, upward, from, to, cursor } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const flame = useRef<FlameCanvas | undefined>(undefined);
  const [hover, setHover] = useState<Hover>();
  const [spots, setSpots] = useState<{ hover?: Spot | undefined; cursor?: Spot | undefined }>({});
  const fingers = useRef<Fingers>(new Map());
  const latest = useRef({ props, hover });
  latest.current = { props, hover };

  const outline = (): void => {
    const { props, hover } = latest.current;
    const at = flame.current;
    setSpots((before) => {
      const next = { hover: at?.spotOf(hover?.box ?? -1), cursor: at?.spotOf(props.cursor) };
      return JSON.stringify(before) === JSON.stringify(next) ? before : next;
    });
  };

  useLayoutEffect(() => {
    const made = new FlameCanvas(scroller.current!, canvas.current!, props.page.ruler, outline);
    flame.current = made;
    props.expose?.(made);
    const observer = new ResizeObserver(() => made.schedule());
    observer.observe(scroller.current!);
    const stopWheel = listenToWheel(made, () => latest.current.props);
    return () => {
      observer.disconnect();
      stopWheel();
      props.expose?.(undefined);
    };
  }, []);
  useLayoutEffect(() => {
    setHover(undefined);
    flame.current!.show({ boxes, look, from, to, upward });
  }, [boxes, look, from, to, upward]);
  useEffect(outline, [hover, cursor, boxes]);

  const rows = boxes.rows.length - 1;
  const spacer = { height: `${rows * ROW}px` };
  return (
    <div class="chart">
      <div
        class="scroller"
        ref={scroller}
        tabIndex={0}
        role="application"
        aria-label={`${props.label}. Arrow keys move, Enter zooms.`}
        onScroll={() => {
          flame.current!.draw();
          setHover(undefined);
        }}
        onKeyDown={(event) => handleKey(event, props, flame.current!)}
      >
        <div
          class="spacer"
          style={spacer}
          onPointerMove={(event) => {
            if (event.buttons !== 0 || event.pointerType === "touch") return;
            const box = flame.current!.boxAt(event.clientX, event.clientY);
            setHover(box < 0 ? undefined : { box, x: event.clientX, y: event.clientY });
          }}
          onPointerLeave={() => setHover(undefined)}
          onPointerDown={(event) => {
            setHover(undefined);
            follow(event, flame.current!, props, fingers.current);
          }}
        >
          <canvas ref={canvas} aria-hidden="true" />
          <Outline spot={spots.cursor} kind="cursor" />
          <Outline spot={spots.hover} kind="hover" />
        </div>
      </div>
      {hover !== undefined && boxes.node[hover.box] !== undefined && (
        <Tooltip
          page={props.page}
          tree={props.tree}
          node={boxes.node[hover.box]!}
          x={hover.x}
          y={hover.y}
        />
      )}
    </div>
  );
}

function Outline({ spot, kind }: { spot: Spot | undefined; kind: string }): JSX.Element | null {
  if (spot === undefined) return null;
  const { left, top, width } = spot;
  const style = { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${ROW - 1}px` };
  return <div class={`outline ${kind}`} style={style} />;
}

function handleKey(event: KeyboardEvent, props: ChartProps, flame: FlameCanvas): void {
  const { boxes, cursor, upward } = props;
  const [deeper, higher] = upward ? ["ArrowUp", "ArrowDown"] : ["ArrowDown", "ArrowUp"];
  const box = cursor < 0 ? boxes.rows[0]! : cursor;
  const row = rowOf(boxes, box);
  let next = -1;
  if (event.key === "Enter") props.zoom(box);
  else if (cursor < 0 && event.key.startsWith("Arrow")) next = box;
  else if (event.key === deeper && row + 2 < boxes.rows.length) {
    const child = findBox(boxes, row + 1, boxes.left[box]!);
    if (child < boxes.rows[row + 2]! && boxes.left[child]! < boxes.right[box]!) next = child;
  } else if (event.key === higher && row > 0) {
    next = boxAt(boxes, row - 1, (boxes.left[box]! + boxes.right[box]!) / 2);
  } else if (event.key === "ArrowRight" && box + 1 < boxes.rows[row + 1]!) next = box + 1;
  else if (event.key === "ArrowLeft" && box > boxes.rows[row]!) next = box - 1;
  else if (!event.key.startsWith("Arrow")) return;
  event.preventDefault();
  event.stopPropagation();
  if (next < 0) return;
  props.pick(next);
  flame.reveal(rowOf(boxes, next));
}
