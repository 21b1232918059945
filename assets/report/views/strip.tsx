import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatTime } from "../../../src/analysis/units.ts";
import { drawStrip, measureStrip } from "../strip.ts";
import { Button } from "./button.tsx";
import { followPointer } from "./gestures.ts";
import type { Page } from "./page.ts";

/** What ran when; a drag over it makes every view show that time only. */
export function Strip({ page }: { page: Page }): JSX.Element | null {
  const { model, state, go, theme } = page;
  const { slices, sliceUs } = model.header;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [opened, open] = useState<ReadonlySet<number>>(new Set());
  const chart = useMemo(() => measureStrip(model, new Set(state.without), opened), [
    model,
    state.without.join(),
    opened,
  ]);
  useEffect(() => {
    // A profile without a time line, which it may be compared with, has no strip.
    const draw = (): void => {
      if (canvas.current !== null) drawStrip(canvas.current, model, chart, theme);
    };
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(canvas.current!);
    return () => observer.disconnect();
  }, [chart, theme]);

  const select = (down: PointerEvent): void => {
    const frame = canvas.current!.getBoundingClientRect();
    const at = (event: PointerEvent): number =>
      Math.min(1, Math.max(0, (event.clientX - frame.left) / frame.width)) * slices;
    const start = at(down);
    const before = state.range;
    const move = (event: PointerEvent): void => {
      const [from, to] = [Math.min(start, at(event)), Math.max(start, at(event))];
      if (Math.abs(event.clientX - down.clientX) < 4) return;
      const range = [Math.floor(from), Math.max(Math.floor(from) + 1, Math.ceil(to))] as const;
      go({ range }, "replace");
    };
    const end = (event: PointerEvent): void => {
      const click = Math.abs(event.clientX - down.clientX) < 4;
      if (click && before !== undefined) go({ range: undefined });
    };
    // The way back leads to what was there before the drag.
    history.pushState(null, "", location.hash || "#");
    followPointer(down, move, end);
  };
  const press = (event: KeyboardEvent): void => {
    const [from, to] = state.range ?? [0, slices];
    const step = Math.max(1, Math.round(slices / 50));
    const by = { ArrowLeft: -step, ArrowRight: step }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    // Shift moves the end, alone the arrows move the whole range.
    const low = event.shiftKey ? from : Math.min(slices - 1, Math.max(0, from + by));
    const high = event.shiftKey || state.range === undefined
      ? Math.min(slices, Math.max(low + 1, to + (event.shiftKey ? by : 0)))
      : Math.min(slices, Math.max(low + 1, to + by));
    go({ range: low === 0 && high === slices ? undefined : [low, high] });
  };
  const [from, to] = state.range ?? [0, slices];
  const text = state.range === undefined
    ? "all of the time"
    : `${formatTime(from * sliceUs)} to ${formatTime(to * sliceUs)}`;
  return (
    <div class="strip">
      <div class="lanes">
        {chart.lanes.map(({ name, thread, below }, lane) =>
          thread === undefined
            ? <span key={lane} class={below ? "below" : ""} title={name}>{name}</span>
            : (
              <Button
                key={lane}
                title={`${name}: what it was doing`}
                aria-expanded={opened.has(thread)}
                onClick={() => open(opened.symmetricDifference(new Set([thread])))}
              >
                {name}
              </Button>
            )
        )}
      </div>
      <div
        class="track"
        role="slider"
        tabIndex={0}
        aria-label="Time that is looked at; arrow keys move it, with Shift its end"
        aria-valuemin={0}
        aria-valuemax={slices}
        aria-valuenow={from}
        aria-valuetext={text}
        onPointerDown={(event) => event.button === 0 && select(event)}
        onKeyDown={press}
      >
        <canvas ref={canvas} style={{ height: `${chart.height}px` }} />
        {state.range !== undefined && (
          <>
            <div class="shade" style={{ left: 0, width: `${from * 100 / slices}%` }} />
            <div class="shade" style={{ left: `${to * 100 / slices}%`, right: 0 }} />
          </>
        )}
      </div>
    </div>
  );
}
