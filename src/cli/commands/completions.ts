/** `tachyon completions` and `tachyon man`: what shells and people should know of the command line. */

import { Argument, type Command } from "commander";
import { completeInBash } from "../completions/bash.ts";
import { completeInFish } from "../completions/fish.ts";
import { type CommandForm, describeCommands } from "../completions/tree.ts";
import { completeInZsh } from "../completions/zsh.ts";
import { DONE } from "../errors.ts";
import { writeManual } from "../manual.ts";
import { report } from "../messages.ts";
import { print } from "../standard_output.ts";
import { VERSION } from "../version.ts";

const EXAMPLES = `
Examples:
  source <(tachyon completions bash)       in ~/.bashrc
  source <(tachyon completions zsh)        in ~/.zshrc, behind compinit
  tachyon completions fish > ~/.config/fish/completions/tachyon.fish`;

const SHELLS: Readonly<Record<string, (commands: readonly CommandForm[]) => string>> = {
  bash: completeInBash,
  zsh: completeInZsh,
  fish: completeInFish,
};

/** Makes the program with all its commands. */
export type MakeProgram = () => Promise<Command>;

/** Declares the command; `done` gets its exit status. */
export function addCompletions(
  program: Command,
  makeProgram: MakeProgram,
  done: (status: number) => void,
): void {
  program
    .command("completions")
    .summary("print a script for your shell that completes commands")
    .description("Print a script that makes a shell complete commands, options and pids.")
    .usage("SHELL")
    .addArgument(new Argument("<shell>", "your shell").choices(Object.keys(SHELLS)))
    .addHelpText("after", EXAMPLES)
    .action(async (shell: string) => {
      done(await put(SHELLS[shell]!(describeCommands(await makeProgram()))));
    });
}

/** Declares `tachyon man`; `done` gets its exit status. */
export function addMan(
  program: Command,
  makeProgram: MakeProgram,
  done: (status: number) => void,
): void {
  program
    .command("man")
    .summary("print the manual page")
    .description("Print the manual page: tachyon man | man -l -")
    .usage("")
    .action(async () =>
      done(await put(writeManual(describeCommands(await makeProgram()), VERSION)))
    );
}

async function put(text: string): Promise<number> {
  const unwritten = await print(text);
  return unwritten === undefined ? DONE : report(unwritten);
}
