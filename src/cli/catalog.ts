/**
 * The commands there are. Each is loaded when it is asked for: what is not loaded is not parsed, and
 * parsing all of it would take longer than a dump does.
 */

import type { Command } from "commander";
import type { Sampler } from "../sampler/capture.ts";
import type { TakeDump } from "../sampler/dump.ts";
import type { Target } from "./run_arguments.ts";

/** What commands are made of. */
export interface CommandParts {
  readonly sampler: Sampler;
  readonly takeDump: TakeDump;
  /** What `run` is to start, when that is known. */
  readonly target: () => Target | undefined;
  /** Makes the program with all its commands, for what describes it. */
  readonly makeProgram: () => Promise<Command>;
  /** Gets the exit status. */
  readonly done: (status: number) => void;
}

/** Declares a command on the program. */
type Declare = (program: Command, parts: CommandParts) => void;

/** In the order of the help. */
const CATALOG: Readonly<Record<string, () => Promise<Declare>>> = {
  run: async () => {
    const { addRun } = await import("./commands/run.ts");
    return (program, { sampler, target, done }) => addRun(program, sampler, target, done);
  },
  attach: async () => {
    const { addAttach } = await import("./commands/attach.ts");
    return (program, { sampler, done }) => addAttach(program, sampler, done);
  },
  top: async () => {
    const { addTop } = await import("./commands/attach.ts");
    return (program, { sampler, done }) => addTop(program, sampler, done);
  },
  dump: async () => {
    const { addDump } = await import("./commands/dump.ts");
    return (program, { takeDump, done }) => addDump(program, takeDump, done);
  },
  replay: async () => {
    const { addReplay } = await import("./commands/replay.ts");
    return (program, { done }) => addReplay(program, done);
  },
  snapshot: async () => {
    const { addSnapshot } = await import("./commands/snapshot.ts");
    return (program, { done }) => addSnapshot(program, done);
  },
  diff: async () => {
    const { addDiff } = await import("./commands/diff.ts");
    return (program, { done }) => addDiff(program, done);
  },
  ps: async () => {
    const { addPs } = await import("./commands/ps.ts");
    return (program, { done }) => addPs(program, done);
  },
  doctor: async () => {
    const { addDoctor } = await import("./commands/doctor.ts");
    return (program, { sampler, done }) => addDoctor(program, sampler, done);
  },
  completions: async () => {
    const { addCompletions } = await import("./commands/completions.ts");
    return (program, { makeProgram, done }) => addCompletions(program, makeProgram, done);
  },
  man: async () => {
    const { addMan } = await import("./commands/completions.ts");
    return (program, { makeProgram, done }) => addMan(program, makeProgram, done);
  },
};

/** Whether there is a command of that name. */
export function isCommand(name: string | undefined): name is string {
  return name !== undefined && Object.hasOwn(CATALOG, name);
}

/** Declares the commands of these names; absent: all. */
export async function addCommands(
  program: Command,
  parts: CommandParts,
  names: readonly string[] = Object.keys(CATALOG),
): Promise<void> {
  const declared = await Promise.all(names.map((name) => CATALOG[name]!()));
  for (const declare of declared) declare(program, parts);
}
