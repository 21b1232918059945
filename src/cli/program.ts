/** The command line as a whole: commands, usage errors, exit status. */

import { Command, CommanderError } from "commander";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import { addCommands, type CommandParts, isCommand } from "./catalog.ts";
import { BAD_USAGE, badUsage, DONE, FAILED, unforeseen } from "./errors.ts";
import { report, tell } from "./messages.ts";
import type { Sampler } from "../sampler/capture.ts";
import type { TakeDump } from "../sampler/dump.ts";
import { splitRun, type Target } from "./run_arguments.ts";
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
  tachyon snapshot 4321           have the capture in process 4321 write what it has
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
  let target: Target | undefined;
  const done = (result: number): void => {
    status = result;
  };
  const program = createProgram();
  const [name, ...rest] = args;
  const parts: CommandParts = {
    sampler,
    takeDump,
    target: () => target,
    makeProgram: async () => {
      const whole = createProgram();
      await addCommands(whole, parts);
      return whole;
    },
    done,
  };
  // Help and hints for misspelt words need all commands, anything else just one or none.
  if (isCommand(name)) await addCommands(program, parts, [name]);
  else if (!asksVersion(args)) await addCommands(program, parts);
  let own: readonly string[] = rest;
  // The parser never sees the target: its options are none of ours.
  if (name === "run") ({ own, target } = splitRun(rest, program.commands[0]!.options));
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

function asksVersion(args: readonly string[]): boolean {
  return args.length === 1 && (args[0] === "--version" || args[0] === "-V");
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
