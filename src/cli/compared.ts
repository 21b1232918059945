/** Profiles that are read whole to be compared. */

import type { Compared } from "../analysis/difference_functions.ts";
import { type CaptureKind, findUnlike, kindOf } from "../analysis/difference_likeness.ts";
import { SliceCounts } from "../analysis/difference_noise.ts";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import type { CallTable } from "../profile/call_table.ts";
import type { StackInput } from "../recording/inputs/input.ts";
import { delay } from "./child.ts";
import { notAlike, notComparable } from "./comparison_faults.ts";
import { type Fault, isFault } from "./errors.ts";
import { nothingRecorded } from "./input_faults.ts";
import { explainInput, openInputFile } from "./input_file.ts";
import { tell } from "./messages.ts";
import type { OutputOptions } from "./output_options.ts";
import { createProgress, type Progress } from "./progress.ts";

/** Time for which work goes on before signals and the screen have their turn, ms. */
const TURN_MS = 50;

/** What a file has for a comparison: stacks, or functions and callers alone. */
export type ComparedInput = { readonly stacks: Compared } | { readonly calls: CallTable };

/** Reads anything that can be replayed; what is odd about it is said. */
export async function readCompared(
  path: string,
  progress: Progress,
): Promise<ComparedInput | Fault> {
  const file = openInputFile(path);
  if (isFault(file)) return file;
  try {
    const { openInput } = await import("../recording/inputs/open.ts");
    const input = explainInput(path, openInput(file.source));
    if (isFault(input)) return input;
    if (input.knows === "functions") {
      const { calls } = input;
      return calls.rows.length === 0 ? nothingRecorded(path) : { calls };
    }
    const stacks = await readAll(input, progress);
    progress.done();
    for (const note of input.notes()) {
      tell(`${escapeForTerminal(path)}: ${escapeForTerminal(note)}`);
    }
    return stacks.profile.quality.samples === 0 ? nothingRecorded(path) : { stacks };
  } finally {
    file.close();
  }
}

/**
 * Reads the profile that options name to compare with, before anything else is begun.
 * @param kind what it will be compared with; a baseline that is not like it is refused.
 * @returns the options with what was read.
 */
export async function readBaseline<T extends OutputOptions>(
  options: T,
  kind: CaptureKind,
): Promise<T | Fault> {
  const { baseline: path } = options;
  if (path === undefined) return options;
  const progress = createProgress(options.quiet);
  const read = await readCompared(path, progress).finally(() => progress.done());
  if (isFault(read)) return read;
  if ("calls" in read) return notComparable("stacks", path);
  const unlike = findUnlike(kindOf(read.stacks.profile.metadata), kind);
  if (unlike !== undefined) return notAlike(unlike);
  const formatOptions = { ...options.formatOptions, baseline: read.stacks };
  return Object.freeze({ ...options, formatOptions });
}

async function readAll(input: StackInput, progress: Progress): Promise<Compared> {
  const { profile } = input;
  const slices = new SliceCounts();
  let turn = performance.now();
  for (const batch of input.read()) {
    slices.add(batch);
    if (performance.now() - turn < TURN_MS) continue;
    progress.show("reading", input.progress());
    await delay(0);
    turn = performance.now();
  }
  return { profile, summary: input.summary(), slices };
}
