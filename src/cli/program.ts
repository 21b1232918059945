/** The command line as a whole: commands, usage errors, exit status. */

import { Command, CommanderError } from "commander";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import { addAttach, addTop } from "./commands/attach.ts";
import { addDump } from "./commands/dump.ts";
import { addDiff } from "./commands/diff.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addPs } from "./commands/ps.ts";
import { addReplay } from "./commands/replay.ts";
import { addRun } from "./commands/run.ts";
import { BAD_USAGE, badUsage, DONE, FAILED, unforeseen } from "./errors.ts";
import { report, tell } from "./messages.ts";
import type { Sampler } from "../sampler/capture.ts";
import type { TakeDump } from "../sampler/dump.ts";
import { type OptionShape, splitRun } from "./run_arguments.ts";
import { VERSION } from "./version.ts";

const EXAMPLES = `
Examples:
  tachyon run script.py           start a script and print where its time goes
  tachyon attach 1234             look into a running process; Ctrl-C prints the table
  tachyon top 1234                watch it while it runs
  tachyon ps                      list the Python processes of this machine
  tachyon doctor 1234             say why a process cannot be sampled, and what to do
  tachyon dump -a 1234            what all its threads are doing right now
  tachyon replay capture.bin      show a recording again, in any format
  tachyon diff before.bin now.bin what became slower, beyond the noise of sampling
  tachyon run --help              more about a command

Python 3.8 to 3.15 on Linux. Standard output carries only the result.`;

/** Runs one command line and returns its exit status; whatever goes wrong is said in a sentence. */
export async function runProgram(
  args: readonly string[],
  sampler: Sampler,
  takeDump: TakeDump,
): Promise<number> {
  try {
    return await dispatch(args, sampler, takeDump);
  } catch (error) {
    if (Deno.env.get("TACHYON_DEBUG") && error instanceof Error) tell(error.stack ?? error.message);
    report(unforeseen(error));
    return FAILED;
  }
}

async function dispatch(
  args: readonly string[],
  sampler: Sampler,
  takeDump: TakeDump,
): Promise<number> {
  let status: number = DONE;
  const done = (result: number): void => {
    status = result;
  };
  const asksRun = args[0] === "run";
  // The parser never sees the target: its options are none of ours.
  const { own, target } = asksRun ? splitRun(args.slice(1), runOptions()) : { own: args.slice(1) };
  const program = createProgram();
  addRun(program, sampler, target, done);
  addAttach(program, sampler, done);
  addTop(program, sampler, done);
  addDump(program, takeDump, done);
  addReplay(program, done);
  addDiff(program, done);
  addPs(program, done);
  addDoctor(program, sampler, done);
  try {
    await program.parseAsync([...args.slice(0, 1), ...own], { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return explainParser(error, args, program);
    throw error;
  }
}

function createProgram(): Command {
  return new Command("tachyon")
    .description("A sampling profiler for Python: it looks into a process from outside.")
    .usage("<command> [options]")
    .version(`tachyon ${VERSION}`, "-V, --version", "print the version")
    .helpOption("-h, --help", "explain the command")
    .helpCommand(false)
    .addHelpText("after", EXAMPLES)
    .configureHelp({ helpWidth: 90 })
    .configureOutput({ outputError: () => {} })
    .exitOverride();
}

const NO_SAMPLER: Sampler = {
  prepare: () => Promise.resolve(),
  start: () => Promise.reject(new Error("not to be run")),
};

/** The options of `run`, as the splitter needs them. */
function runOptions(): readonly OptionShape[] {
  return addRun(
    createProgram(),
    NO_SAMPLER,
    undefined,
    () => {},
  );
}

/** Help and version are no errors; anything else the parser says is bad usage. */
function explainParser(
  error: CommanderError,
  args: readonly string[],
  program: Command,
): number {
  if (error.code === "commander.helpDisplayed" || error.code === "commander.version") return DONE;
  if (error.code === "commander.help") return BAD_USAGE;
  const [what = "", ...hints] = error.message.replace(/^error: /, "").split("\n");
  const command = program.commands.map((one) => one.name()).find((name) => name === args[0]);
  const help = `See \`tachyon ${command === undefined ? "" : `${command} `}--help\`.`;
  const hint = hints.map((line) => line.replace(/^\((.*)\)$/, "$1")).join(" ");
  const sentence = escapeForTerminal(what.endsWith(".") ? what : `${what}.`);
  return report(badUsage(sentence, hint === "" ? help : `${escapeForTerminal(hint)} ${help}`));
}
