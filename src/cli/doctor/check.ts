import { escapeForTerminal } from "../../analysis/terminal_text.ts";
import { encodeAscii } from "../../../collectors/text_pieces.ts";
import type { Advice } from "../permission.ts";

/** How something stands: as it should, worth knowing, or in the way. */
export type State = "ok" | "note" | "bad";

/** One thing that was looked at. Texts are safe for a terminal. */
export interface Check {
  readonly name: string;
  readonly state: State;
  readonly text: string;
}

/** All that was looked at, and what to do. */
export interface Findings {
  readonly checks: readonly Check[];
  readonly advice: readonly Advice[];
}

export function check(name: string, state: State, text: string): Check {
  return { name, state, text };
}

const MARKS: Readonly<Record<State, string>> = { ok: "ok", note: "--", bad: "no" };
const COLORS: Readonly<Record<State, number>> = { ok: 32, note: 33, bad: 31 };

/** One line a check, then the advice. */
export function renderFindings({ checks, advice }: Findings, color: boolean): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const mark = (state: State): string =>
    color ? `\x1b[${COLORS[state]}m${MARKS[state]}\x1b[0m` : MARKS[state];
  const lines = checks.map(({ name, state, text }) =>
    ` ${mark(state)}  ${name.padEnd(width)}  ${text}`
  );
  for (const { why, commands, note } of advice) {
    lines.push("", why);
    for (const command of commands) lines.push(`    ${command}`);
    if (note !== "") lines.push(note);
  }
  const bad = checks.filter(({ state }) => state === "bad").length;
  if (bad === 0) lines.push("", "All is well.");
  return `${lines.join("\n")}\n`;
}

/** The same for programs. */
export function describeFindings({ checks, advice }: Findings): string {
  const ok = checks.every(({ state }) => state !== "bad");
  return `${encodeAscii({ ok, checks, advice })}\n`;
}

/** A command line on one line, no longer than it helps. */
export function showCommand(command: readonly string[]): string {
  const text = escapeForTerminal(command.join(" "));
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
