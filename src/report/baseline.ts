import { stretchOf } from "../analysis/difference.ts";
import {
  type Compared,
  foldFunctions,
  groupByName,
  nameFunction,
} from "../analysis/difference_functions.ts";
import { Profile } from "../profile/profile.ts";
import { Column, FrameTable, NO_STACK, StackTable } from "../profile/tables.ts";

/** Two profiles in one set of tables. */
export interface JoinedProfiles {
  /** The current profile, whose tables hold the stacks of the baseline as well. */
  readonly profile: Profile;
  readonly base: Compared;
  /** Samples of the baseline, by its own thread and by stack of the joined tables. */
  readonly counts: readonly Column[];
  /** What times of the baseline are multiplied with; 0: one of the two has no times. */
  readonly stretch: number;
  /**
   * For each frame, how much of their samples those of its function are worth: own and all, of the
   * current profile, then of the baseline; 0 to 1.
   */
  worthsOf(frame: number): readonly [number, number, number, number];
}

/**
 * Joins two profiles. Functions are the same if their files and names are; all get the first line that
 * the current profile knows. Lines of the baseline may be gone, and are left out.
 */
export function joinProfiles(current: Compared, base: Compared): JoinedProfiles {
  const { profile } = current;
  const frames = new FrameTable();
  const stacks = new StackTable();
  const strings = [...profile.strings];
  const { functionOf, firstFrame, names } = groupByName(profile);
  const own = profile.frames;
  for (let frame = 0; frame < own.length; frame++) {
    const first = firstFrame[functionOf[frame]!]!;
    frames.push(readFrame(own, frame, own.firstLine.at(first)));
  }
  const { prefix, frame } = profile.stacks;
  for (let stack = 0; stack < prefix.length; stack++) {
    stacks.push(prefix.at(stack), frame.at(stack));
  }

  const known = new Map(names.map((name, id) => [name, id]));
  const frameOf = addFunctions(base.profile, frames, strings, (name) => {
    const id = known.get(name);
    return id === undefined ? undefined : firstFrame[id]!;
  });
  const stackOf = addStacks(base.profile, stacks, frameOf);
  const counts = base.profile.counts.map((column) => {
    const joined = new Column(stacks.length);
    for (const [stack, count] of column?.view().entries() ?? []) {
      if (count > 0) joined.add(stackOf[stack]!, count);
    }
    return joined;
  });
  const [after, before] = [foldFunctions(current), foldFunctions(base)];
  const worth = (worth: number | undefined, samples: number): number =>
    worth === undefined ? 1 : worth / Math.max(1, samples);
  return {
    profile: Object.assign(new Profile(profile.metadata), profile, { frames, stacks, strings }),
    base,
    counts,
    stretch: after.timeUs > 0 && before.timeUs > 0 ? stretchOf(before, after) : 0,
    worthsOf(frame): readonly [number, number, number, number] {
      const name = nameFunction(
        strings[frames.file.at(frame)] ?? "",
        strings[frames.name.at(frame)] ?? "",
      );
      const [now, then] = [after.functions.get(name), before.functions.get(name)];
      return [
        worth(now?.selfWorth, after.samples),
        worth(now?.totalWorth, after.samples),
        worth(then?.selfWorth, before.samples),
        worth(then?.totalWorth, before.samples),
      ];
    },
  };
}

function readFrame(frames: FrameTable, frame: number, firstLine: number): Parameters<
  FrameTable["push"]
>[0] {
  return {
    file: frames.file.at(frame),
    name: frames.name.at(frame),
    firstLine,
    line: frames.line.at(frame),
    endLine: frames.endLine.at(frame),
    column: frames.column.at(frame),
    endColumn: frames.endColumn.at(frame),
    opcode: frames.opcode.at(frame),
    kind: frames.kind.at(frame),
  };
}

/**
 * Adds a frame without a line for each function of a profile.
 * @param alike a frame of the same function, if there is one.
 * @returns the added frame of each frame of the profile.
 */
function addFunctions(
  profile: Profile,
  frames: FrameTable,
  strings: string[],
  alike: (name: string) => number | undefined,
): Int32Array {
  const { functionOf, firstFrame, names } = groupByName(profile);
  const nothing = { line: 0, endLine: 0, column: -1, endColumn: -1, opcode: -1 };
  const added = firstFrame.map((frame, id) => {
    const same = alike(names[id]!);
    if (same !== undefined) {
      return frames.push({ ...readFrame(frames, same, frames.firstLine.at(same)), ...nothing });
    }
    const file = strings.push(profile.strings[profile.frames.file.at(frame)] ?? "") - 1;
    const name = strings.push(profile.strings[profile.frames.name.at(frame)] ?? "") - 1;
    const { firstLine, kind } = readFrame(
      profile.frames,
      frame,
      profile.frames.firstLine.at(frame),
    );
    return frames.push({ ...nothing, file, name, firstLine, kind });
  });
  return functionOf.map((id) => added[id]!);
}

/** Adds the stacks of a profile; those that differ in lines alone are one. */
function addStacks(profile: Profile, stacks: StackTable, frameOf: Int32Array): Int32Array {
  const { prefix, frame, length } = profile.stacks;
  const stackOf = new Int32Array(length);
  const known = new Map<string, number>();
  for (let stack = 0; stack < length; stack++) {
    const caller = prefix.at(stack);
    const below = caller === NO_STACK ? NO_STACK : stackOf[caller]!;
    const leaf = frameOf[frame.at(stack)]!;
    const key = `${below} ${leaf}`;
    let joined = known.get(key);
    if (joined === undefined) known.set(key, joined = stacks.push(below, leaf));
    stackOf[stack] = joined;
  }
  return stackOf;
}
