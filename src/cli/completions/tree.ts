/** The command line as data, for scripts that complete it and for the manual. */

import type { Argument, Command, Option } from "commander";

/** What a word on the command line can be. */
export type WordKind =
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "file" }
  | { readonly kind: "pid" }
  /** Something that nobody can guess. */
  | { readonly kind: "free" };

/** One option of a command. */
export interface OptionForm {
  /** As it is written: `-r`, `--sampling-rate`. */
  readonly words: readonly string[];
  readonly about: string;
  /** The name of its value in the help, and what that can be; absent: it takes none. */
  readonly value?: { readonly name: string } & WordKind;
}

/** One command. */
export interface CommandForm {
  readonly name: string;
  readonly about: string;
  readonly usage: string;
  readonly options: readonly OptionForm[];
  /** What follows the options. */
  readonly words: readonly ({ readonly name: string; readonly about: string } & WordKind)[];
  /** What follows the first word that is no option belongs to another program. */
  readonly passesOn: boolean;
}

const FILES = ["path", "place", "base", "current", "file"];

const HELP: OptionForm = { words: ["-h", "--help"], about: "explain the command" };

/** Describes a program's commands in their order. */
export function describeCommands(program: Command): CommandForm[] {
  return program.commands.map((command) => {
    const passesOn = command.name() === "run";
    return {
      name: command.name(),
      about: command.summary(),
      usage: command.usage(),
      options: [...command.options.map(describeOption), HELP],
      words: passesOn
        ? [{ name: "script", about: "what to run", kind: "file" }]
        : command.registeredArguments.map(describeArgument),
      passesOn,
    };
  });
}

function describeOption(option: Option): OptionForm {
  const words = [option.short, option.long].filter((word) => word !== undefined);
  if (!option.required) return { words, about: option.description };
  const name = /<(.*)>/.exec(option.flags)?.[1] ?? "value";
  return { words, about: option.description, value: { name, ...kindOf(name, option.argChoices) } };
}

function describeArgument(argument: Argument): CommandForm["words"][number] {
  const name = argument.name();
  return { name, about: argument.description, ...kindOf(name, argument.argChoices) };
}

function kindOf(name: string, choices: readonly string[] | undefined): WordKind {
  if (choices !== undefined) return { kind: "choice", choices };
  if (name === "pid") return { kind: "pid" };
  return { kind: FILES.includes(name) ? "file" : "free" };
}
