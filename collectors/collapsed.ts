import type { Profile } from "../src/profile/profile.ts";
import { Column, FRAME_KINDS, NO_STACK, StackTable } from "../src/profile/tables.ts";
import { baseName } from "../src/analysis/places.ts";
import { type Bytes, type Collector, NOTHING } from "./collector.ts";
import { escapeCollapsed } from "./escape.ts";

/** Output is handed over in pieces of about so many characters. */
const PIECE = 64 * 1024;

/**
 * The `collapsed` format, which flame graph tools read: a line for each thread and stack, root first,
 * `file.py:function:line` joined by `;`, then a blank and the count. Artificial frames have a name
 * only. With all threads sampled each line begins with `tid:N;`. Highest count first, then by thread
 * and stack. Text is escaped as {@link escapeCollapsed} says.
 */
export function createCollapsed(): Collector {
  return {
    begin: () => NOTHING,
    add: () => NOTHING,
    *finish(profile: Profile): Bytes {
      const encoder = new TextEncoder();
      let piece = "";
      for (const line of renderLines(profile)) {
        piece += line;
        if (piece.length < PIECE) continue;
        yield encoder.encode(piece);
        piece = "";
      }
      if (piece !== "") yield encoder.encode(piece);
    },
  };
}

/** One line to be: everything but its text, so that all of them can be sorted. */
interface Line {
  readonly count: number;
  readonly thread: number;
  readonly stack: number;
}

function* renderLines(profile: Profile): Generator<string> {
  const merged = mergeStacks(profile);
  const order = orderStacks(merged);
  const lines: Line[] = [];
  for (const [thread, column] of profile.counts.entries()) {
    if (column === undefined) continue;
    for (const [stack, count] of countMerged(column, merged)) lines.push({ count, thread, stack });
  }
  const tid = (line: Line): number => profile.threads[line.thread]?.tid ?? 0;
  lines.sort((a, b) => b.count - a.count || tid(a) - tid(b) || order[a.stack]! - order[b.stack]!);
  for (const line of lines) {
    const labels = merged.stacks.frames(line.stack).map((label) => merged.labels[label]!);
    if (profile.metadata.allThreads) labels.push(`tid:${tid(line)}`);
    yield `${labels.reverse().join(";")} ${line.count}\n`;
  }
}

/** The tree of stacks with frames that read the same made one; its frame column holds label numbers. */
interface MergedStacks {
  readonly labels: readonly string[];
  readonly stacks: StackTable;
  /** Merged stack of each stack of the profile. */
  readonly mergedOf: Int32Array;
}

function mergeStacks(profile: Profile): MergedStacks {
  const labels: string[] = [];
  const numbers = new Map<string, number>();
  const labelOf = new Int32Array(profile.frames.length);
  for (let frame = 0; frame < labelOf.length; frame++) {
    const label = labelFrame(profile, frame);
    let number = numbers.get(label);
    if (number === undefined) {
      number = labels.push(label) - 1;
      numbers.set(label, number);
    }
    labelOf[frame] = number;
  }
  const stacks = new StackTable();
  const known = new Map<number, number>();
  const mergedOf = new Int32Array(profile.stacks.length);
  for (let stack = 0; stack < mergedOf.length; stack++) {
    const caller = profile.stacks.prefix.at(stack);
    const prefix = caller === NO_STACK ? NO_STACK : mergedOf[caller]!;
    const label = labelOf[profile.stacks.frame.at(stack)]!;
    const key = (prefix + 1) * labels.length + label;
    let merged = known.get(key);
    if (merged === undefined) {
      merged = stacks.push(prefix, label);
      known.set(key, merged);
    }
    mergedOf[stack] = merged;
  }
  return { labels, stacks, mergedOf };
}

function labelFrame(profile: Profile, frame: number): string {
  const name = escapeCollapsed(profile.strings[profile.frames.name.at(frame)] ?? "");
  if (FRAME_KINDS[profile.frames.kind.at(frame)] !== "python") return name;
  const file = baseName(profile.strings[profile.frames.file.at(frame)] ?? "");
  return `${escapeCollapsed(file)}:${name}:${profile.frames.line.at(frame)}`;
}

function countMerged(column: Column, { mergedOf }: MergedStacks): Map<number, number> {
  const counts = new Map<number, number>();
  for (const [stack, count] of column.view().entries()) {
    if (count === 0) continue;
    const merged = mergedOf[stack]!;
    counts.set(merged, (counts.get(merged) ?? 0) + count);
  }
  return counts;
}

/** Numbers the stacks in the order of their text, frame by frame from the root. */
function orderStacks({ labels, stacks }: MergedStacks): Int32Array {
  const byLabel = [...labels.keys()].sort((a, b) => labels[a]! < labels[b]! ? -1 : 1);
  const rank = new Int32Array(labels.length);
  for (const [place, label] of byLabel.entries()) rank[label] = place;

  // Sorting once by label, then pushing each in front of its siblings, leaves every list in order.
  const descending = [...stacks.frame.view().keys()].sort((a, b) =>
    rank[stacks.frame.at(b)]! - rank[stacks.frame.at(a)]!
  );
  const child = new Int32Array(stacks.length + 1).fill(NO_STACK);
  const sibling = new Int32Array(stacks.length).fill(NO_STACK);
  for (const stack of descending) {
    const parent = stacks.prefix.at(stack) + 1;
    sibling[stack] = child[parent]!;
    child[parent] = stack;
  }
  const order = new Int32Array(stacks.length);
  let place = 0;
  let at = child[0]!;
  while (at !== NO_STACK) {
    order[at] = place++;
    let next = child[at + 1]!;
    while (next === NO_STACK && at !== NO_STACK) {
      next = sibling[at]!;
      at = stacks.prefix.at(at);
    }
    at = next;
  }
  return order;
}
