import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "./button.tsx";

/** All keys, for the sheet. */
const KEYS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  ["Views", [
    ["1 … 5", "Flame, Functions, Callers, Source, Summary"],
    ["t", "Light or dark"],
    ["?", "This sheet"],
  ]],
  ["Search", [
    ["/", "Search names and paths"],
    ["n  N", "Next and previous match"],
    ["Esc", "End the search, then the zoom"],
  ]],
  ["Picture", [
    ["← ↑ → ↓", "Walk from box to box"],
    ["Enter", "Zoom to the box"],
    ["0", "Show all"],
    ["+  −", "Zoom in and out"],
    ["Backspace", "Back"],
    ["i", "Invert: callers of what ran"],
    ["u", "Root at the bottom"],
    ["o", "Order: heaviest, by name, by time"],
    ["g", "A box for each function, module, package"],
    ["r", "Merge recursion"],
    ["m", "Colours: package, own time"],
    ["b", "Of a comparison: before or now"],
  ]],
  ["The box that is picked out", [
    ["f", "Focus: only samples with it, from it on"],
    ["h", "Hide: its own time goes to its callers"],
    ["d", "Drop: leave out all samples with it"],
    ["z", "Take the last of these back"],
    ["c", "Callers and callees"],
    ["s", "Source"],
  ]],
  ["Mouse", [
    ["Click", "Zoom"],
    ["Drag", "Move"],
    ["Ctrl + wheel", "Zoom at the pointer"],
    ["Drag over the time strip", "Look at that time only"],
  ]],
];

/** The sheet of keys. */
export function Help({ close }: { close: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} aria-label="Keys">
      <div class="sheet">
        {KEYS.map(([title, keys]) => (
          <section key={title}>
            <h2>{title}</h2>
            <dl>
              {keys.map(([key, text]) => (
                <div key={key}>
                  <dt>{key.split("  ").map((one) => <kbd key={one}>{one}</kbd>)}</dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <Button onClick={() => dialog.current!.close()}>Close</Button>
    </dialog>
  );
}
