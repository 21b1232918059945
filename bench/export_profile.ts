/** The profile whose exports are measured, before its samples. */
import { Profile } from "../src/profile/profile.ts";
import { FRAME_KINDS, NO_STACK } from "../src/profile/tables.ts";

/** Frames that all stacks have in common. */
export const STEM = 30;

/** Makes a profile of so many threads, without stacks. */
export function createBenchProfile(threads: number, intervalUs: number): Profile {
  const profile = new Profile({
    tool: "tachyon",
    toolVersion: "bench",
    pid: 4242,
    command: ["python3", "bench.py"],
    pythonVersion: "3.15.0",
    freeThreaded: false,
    mode: "wall",
    consistency: "verified",
    allThreads: threads > 1,
    intervalUs,
    startedAt: 1_760_000_000_000,
  });
  for (let thread = 0; thread < threads; thread++) {
    const [tid, name] = [4242 + thread, `worker-${thread}`];
    profile.threads.push({ tid, name, interpreter: 0, main: thread === 0 });
  }
  return profile;
}

/** Adds a function of a file of its own, and returns the frame. */
export function addFrame({ frames, strings }: Profile, name: string): number {
  return frames.push({
    file: strings.push(`/srv/app/package/${name}.py`) - 1,
    name: strings.push(`Service.${name}`) - 1,
    firstLine: 10,
    line: 12,
    endLine: 12,
    column: 4,
    endColumn: 20,
    opcode: -1,
    kind: FRAME_KINDS.indexOf("python"),
  });
}

/** Adds the stack of the frames that all have in common. */
export function growStem(profile: Profile): number {
  let stem: number = NO_STACK;
  for (let depth = 0; depth < STEM; depth++) {
    stem = profile.stacks.push(stem, addFrame(profile, `stem_${depth}`));
  }
  return stem;
}
