import type { Profile } from "../src/profile/profile.ts";
import { FRAME_KINDS, NO_STACK } from "../src/profile/tables.ts";
import { countMerged, type MergedStacks, mergeStacks } from "../src/analysis/merged_stacks.ts";
import { baseName } from "../src/analysis/places.ts";
import { type Bytes, type Collector, NOTHING } from "./collector.ts";
import { CollapsedLines, StackText } from "./collapsed_lines.ts";
import { escapeCollapsed } from "./escape.ts";
import { encodeSource, JsonText } from "./json_text.ts";

const BLANK = encodeSource(" ");
const NEWLINE = encodeSource("\n");

/** What a frame of a line says: all that is known, the function whatever its line, or the file alone. */
export const GRANULARITIES = ["line", "function", "file"] as const;
export type Granularity = typeof GRANULARITIES[number];

/** How lines look. */
export interface CollapsedOptions {
  readonly granularity: Granularity;
  /** Whether threads are kept apart, each line beginning with `tid:N;`; absent: if all were sampled. */
  readonly threads?: boolean;
}

/** What lines show when nothing is asked for. */
export const DEFAULT_COLLAPSED: CollapsedOptions = { granularity: "line" };

/**
 * The `collapsed` format, which flame graph tools read: a line for each thread and stack, root first,
 * `file.py:function:line` joined by `;`, then a blank and the count. Artificial frames have a name
 * only. Frames may say less: `file.py:function`, or `file.py` for all frames in a row that are in it.
 * With all threads sampled each line begins with `tid:N;`. Highest count first, then by thread and
 * stack. Text is escaped as {@link escapeCollapsed} says.
 */
export function createCollapsed(options: CollapsedOptions): Collector {
  return {
    begin: () => NOTHING,
    add: () => NOTHING,
    finish: (profile: Profile) => renderLines(profile, options),
  };
}

function* renderLines(
  profile: Profile,
  { granularity, threads = profile.metadata.allThreads }: CollapsedOptions,
): Bytes {
  const merged = labelStacks(profile, granularity);
  const lines = threads ? listByThread(profile, merged) : listTogether(profile, merged);
  const text = new JsonText();
  const stackText = new StackText(merged.stacks, merged.labels);
  for (const { tid, stack, count } of lines.sorted(orderStacks(merged))) {
    const root = threads ? `tid:${tid}` : "";
    text.bytes(stackText.of(root, stack)).bytes(BLANK).integer(count).bytes(NEWLINE);
    if (text.full) yield text.take();
  }
  if (text.length > 0) yield text.take();
}

function listByThread(profile: Profile, merged: LabelledStacks): CollapsedLines {
  const lines = new CollapsedLines();
  const scratch = new Float64Array(merged.stacks.length);
  for (const [thread, column] of profile.counts.entries()) {
    if (column === undefined) continue;
    const tid = profile.threads[thread]?.tid ?? 0;
    for (const [stack, count] of countMerged(column, merged, scratch)) {
      lines.add(tid, stack, count);
    }
  }
  return lines;
}

function listTogether(profile: Profile, merged: LabelledStacks): CollapsedLines {
  const lines = new CollapsedLines();
  const counts = new Float64Array(merged.stacks.length);
  for (const column of profile.counts) {
    column?.each((stack, count) => counts[merged.mergedOf[stack]!]! += count);
  }
  for (let stack = 0; stack < counts.length; stack++) {
    if (counts[stack]! > 0) lines.add(0, stack, counts[stack]!);
  }
  return lines;
}

/** The tree of stacks with frames that read the same made one; its frame column holds label numbers. */
interface LabelledStacks extends MergedStacks {
  readonly labels: readonly string[];
}

function labelStacks(profile: Profile, granularity: Granularity): LabelledStacks {
  const labels: string[] = [];
  const numbers = new Map<string, number>();
  const labelOf = new Int32Array(profile.frames.length);
  for (let frame = 0; frame < labelOf.length; frame++) {
    const label = labelFrame(profile, frame, granularity);
    let number = numbers.get(label);
    if (number === undefined) {
      number = labels.push(label) - 1;
      numbers.set(label, number);
    }
    labelOf[frame] = number;
  }
  return { labels, ...mergeStacks(profile.stacks, labelOf, granularity === "file") };
}

function labelFrame(profile: Profile, frame: number, granularity: Granularity): string {
  const name = escapeCollapsed(profile.strings[profile.frames.name.at(frame)] ?? "");
  if (FRAME_KINDS[profile.frames.kind.at(frame)] !== "python") return name;
  const file = escapeCollapsed(baseName(profile.strings[profile.frames.file.at(frame)] ?? ""));
  if (granularity === "file") return file;
  if (granularity === "function") return `${file}:${name}`;
  return `${file}:${name}:${profile.frames.line.at(frame)}`;
}

/** Numbers the stacks in the order of their text, frame by frame from the root. */
function orderStacks({ labels, stacks }: LabelledStacks): Int32Array {
  const byLabel = [...labels.keys()].sort((a, b) => labels[a]! < labels[b]! ? -1 : 1);
  const rank = new Int32Array(labels.length);
  for (const [place, label] of byLabel.entries()) rank[label] = place;

  // Sorting once by label, then pushing each in front of its siblings, leaves every list in order.
  const descending = sortDescending(
    stacks.frame.view().map((label) => rank[label]!),
    labels.length,
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

/** Indexes of small numbers, the greatest number first: each number has its stretch, filled in one pass. */
function sortDescending(numbers: Int32Array, below: number): Int32Array {
  const ends = new Int32Array(below);
  for (const number of numbers) ends[number]!++;
  for (let number = below - 2; number >= 0; number--) ends[number]! += ends[number + 1]!;
  const order = new Int32Array(numbers.length);
  for (let index = numbers.length - 1; index >= 0; index--) order[--ends[numbers[index]!]!] = index;
  return order;
}
