/** CPython 3.15's own reader, for comparison. */

import type { Profile, SampleBatch } from "../../src/profile/profile.ts";
import { statusOf } from "../../src/profile/profile.ts";
import { FRAME_KINDS, NO_STACK } from "../../src/profile/tables.ts";
import { findTestPythons } from "../../scripts/pythons.ts";
import { say } from "../../scripts/shell.ts";

export const theirFiles: string = new URL("their_files.py", import.meta.url).pathname;

/** Python 3.15; says loudly that it is missing, and fails then in CI. */
export async function python315(): Promise<string | undefined> {
  const found = (await findTestPythons()).find(({ minor }) => minor === "3.15");
  if (found === undefined) {
    const hole = "RECORDINGS NOT COMPARED WITH CPYTHON'S: NO PYTHON 3.15";
    if (Deno.env.get("CI") === "true") throw new Error(hole);
    say(hole);
  }
  return found?.path;
}

type Location = readonly [line: number, endLine: number, column: number, endColumn: number];
type TheirFrame = readonly [
  file: string,
  name: string,
  location: Location | null,
  opcode: number | null,
];

/** Depth to which they hold stacks. */
const MOST_FRAMES = 256;

/**
 * What their reader must say of samples, as the text that `their_files.py` makes of it.
 * @param start clock of the first tick, µs.
 * @param exact texts and kinds are theirs already, since the file is; else they are as we write them.
 */
export function expectTheirs(
  { threads, frames, stacks, strings, metadata }: Profile,
  samples: SampleBatch,
  start: number,
  exact: boolean,
): string {
  const opcodes = exact || metadata.pythonVersion.startsWith("3.15.");
  const text = (index: number): string => strings[index]!.toWellFormed();
  const theirFrames: TheirFrame[] = [];
  for (let frame = 0; frame < frames.length; frame++) {
    const kind = FRAME_KINDS[frames.kind.at(frame)]!;
    const own = kind === "python" || exact;
    const opcode = frames.opcode.at(frame);
    theirFrames.push([
      own ? text(frames.file.at(frame)) : kind === "task" ? "<task>" : "~",
      text(frames.name.at(frame)),
      locate(frames.line.at(frame), frames.endLine.at(frame), frame),
      opcodes && opcode >= 0 ? opcode : null,
    ]);
  }
  function locate(line: number, endLine: number, frame: number): Location | null {
    const column = frames.column.at(frame);
    return line <= 0 ? null : [line, endLine, column, column < 0 ? -1 : frames.endColumn.at(frame)];
  }
  const byThread = new Map<string, [number, number, TheirFrame[]][]>();
  for (let i = 0; i < samples.length; i++) {
    const { tid, interpreter } = threads[samples.thread[i]!]!;
    const key = `${tid} ${interpreter}`;
    const list = byThread.get(key) ?? [];
    const stack = samples.stack[i]!;
    const places = stack === NO_STACK ? [] : stacks.frames(stack).slice(0, MOST_FRAMES);
    list.push([
      start + samples.time[i]!,
      statusOf(samples.flags[i]!),
      places.map((frame) => theirFrames[frame]!),
    ]);
    byThread.set(key, list);
  }
  return JSON.stringify([...byThread].sort(([a], [b]) => a < b ? -1 : 1));
}
