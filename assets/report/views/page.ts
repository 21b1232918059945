import type { Go } from "../actions.ts";
import type { Theme } from "../color.ts";
import type { Derived } from "../derive.ts";
import type { Ruler } from "../labels.ts";
import { linesOfFunction } from "../lines.ts";
import type { Model } from "../model.ts";
import { fileOf } from "../names.ts";
import type { State } from "../state.ts";
import type { Step, Target } from "../tree.ts";

/** What every part of the page works with. */
export interface Page {
  readonly model: Model;
  readonly state: State;
  readonly derived: Derived;
  readonly go: Go;
  readonly theme: Theme;
  readonly ruler: Ruler;
}

/** Adds a step; a picture that changes is seen as a whole. */
export function addStep({ state, go }: Page, op: Step["op"], target: Target): void {
  go({ steps: [...state.steps, { op, target }] });
}

/** Shows who calls something and what it calls. */
export function openSandwich({ go }: Page, target: Target): void {
  go({ view: "sandwich", target, zoom: undefined });
}

/** Shows the source of something, at its hottest line. */
export function openSource({ go, model, derived }: Page, target: Target): void {
  const file = fileOf(model, target.grouping, target.id);
  if (file === undefined) return;
  if (target.grouping !== "function") return go({ view: "source", file, line: undefined, target });
  const lines = linesOfFunction(model, derived.selection, target.id);
  const first = model.functionLine[target.id]!;
  let line = first > 0 ? first : undefined;
  for (const [at, samples] of lines) if (samples > (lines.get(line ?? 0) ?? 0)) line = at;
  go({ view: "source", file, line, target });
}

/** Whether there are lines to show for something. */
export function hasSource({ model }: Page, target: Target): boolean {
  const file = fileOf(model, target.grouping, target.id);
  return file !== undefined && model.header.sources.some((source) => source.file === file);
}
