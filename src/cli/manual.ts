/** The manual page, in the macros of man(7), from the same description that completions come from. */

import type { CommandForm, OptionForm } from "./completions/tree.ts";

/** Commands that take the same options, which are told once. */
const ALIKE = ["run", "attach", "top"];

const STATUS: readonly (readonly [status: string, meaning: string])[] = [
  ["0", "done"],
  ["1", "it could not be done, or doctor found something missing"],
  ["2", "wrong usage"],
  ["3", "diff --fail-above: something takes more than allowed"],
  ["130", "interrupted before there was anything to write"],
];

const ENVIRONMENT: readonly (readonly [name: string, meaning: string])[] = [
  ["NO_COLOR", "no colours on a terminal, if it is set"],
  ["VIRTUAL_ENV", "the environment whose Python run starts"],
  ["TMPDIR", "where results that are large are put aside until they are complete"],
];

/** Writes the page. */
export function writeManual(commands: readonly CommandForm[], version: string): string {
  const shared = findShared(commands);
  const blocks = [
    `.TH TACHYON 1 "" ${quote(`tachyon ${version}`)}`,
    ".SH NAME",
    text("tachyon - a sampling profiler for Python: it looks into a process from outside"),
    ".SH SYNOPSIS",
    ".B tachyon",
    ".I command",
    text("[options]"),
    ".SH DESCRIPTION",
    text(
      "tachyon reads the call stacks of Python 3.8 to 3.15 out of a process's memory. The process " +
        "is not changed, and is stopped only with --blocking. Results go to standard output or to " +
        "files, everything else to standard error. run ends with the exit status of its program.",
    ),
    ".SH COMMANDS",
    ...commands.flatMap((command) => writeCommand(command, shared)),
    `.SH ${text(`OPTIONS OF ${ALIKE.join(", ")}`)}`,
    ...shared.flatMap(writeOption),
    ".SH EXIT STATUS",
    ...STATUS.flatMap(([status, meaning]) => [".TP", bold(status), text(meaning)]),
    ".SH ENVIRONMENT",
    ...ENVIRONMENT.flatMap(([name, meaning]) => [".TP", bold(name), text(meaning)]),
  ];
  return `${blocks.join("\n")}\n`;
}

function findShared(commands: readonly CommandForm[]): OptionForm[] {
  const alike = commands.filter(({ name }) => ALIKE.includes(name));
  const keys = alike.map(({ options }) => new Set(options.map(keyOf)));
  return (alike[0]?.options ?? []).filter((option) => keys.every((one) => one.has(keyOf(option))));
}

function writeCommand(command: CommandForm, shared: readonly OptionForm[]): string[] {
  const isAlike = ALIKE.includes(command.name);
  const known = new Set(isAlike ? shared.map(keyOf) : []);
  const own = command.options.filter((option) => !known.has(keyOf(option)));
  const forms = command.usage.split("\n").map((line) => line.trim().replace(/^tachyon \S+ /, ""));
  return [
    ".SS " + text(command.name),
    forms.map((form) => `${bold(`tachyon ${command.name}`)} ${text(form)}`.trim())
      .join("\n.P\n"),
    ".P",
    text(`${command.about[0]!.toUpperCase()}${command.about.slice(1)}.`),
    ...own.flatMap(writeOption),
  ];
}

function writeOption({ words, about, value }: OptionForm): string[] {
  const names = words.map(bold).join(", ");
  const shown = value === undefined ? names : `${names} ${italic(value.name)}`;
  const choices = value?.kind === "choice" ? ` (${value.choices.join(", ")})` : "";
  return [".TP", shown, text(`${about}${choices}`)];
}

function keyOf({ words, about }: OptionForm): string {
  return `${words.join(" ")} ${about}`;
}

function bold(words: string): string {
  return `\\fB${text(words)}\\fR`;
}

function italic(words: string): string {
  return `\\fI${text(words)}\\fR`;
}

/** A line of text in which nothing is taken for an instruction. */
function text(words: string): string {
  const safe = words.replaceAll("\\", "\\e").replaceAll("-", "\\-");
  return /^[.']/.test(safe) ? `\\&${safe}` : safe;
}

function quote(words: string): string {
  return `"${text(words).replaceAll('"', '""')}"`;
}
