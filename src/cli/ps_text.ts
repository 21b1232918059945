/** The Python processes of a machine as a table for people and as JSON for programs. */

import { encodeAscii } from "../../collectors/text_pieces.ts";
import { cutText, escapeForTerminal, measureText } from "../analysis/terminal_text.ts";
import type { Hindrance, PythonProcess } from "../survey/pythons.ts";

/** Fewest cells that a command line is cut to. */
const LEAST_COMMAND = 20;

const HEADINGS = ["PID", "PYTHON", "USER", "UPTIME", "CPU", "THREADS", "ATTACH", "COMMAND"];
/** Columns that are aligned to the right. */
const NUMBERS = new Set(["PID", "UPTIME", "CPU", "THREADS"]);

/** A process and how deep it is below other Pythons. */
interface Placed {
  readonly process: PythonProcess;
  /** What is drawn in front of the command: the branches of the tree. */
  readonly branch: string;
}

/**
 * One line a process, children below their parents.
 * @param width cells of a line; absent: as many as it takes.
 */
export function tabulateProcesses(
  processes: readonly PythonProcess[],
  userName: (user: number) => string,
  width?: number,
): string {
  const rows = [
    HEADINGS,
    ...layOut(processes).map(({ process, branch }) => cellsOf(process, branch, userName)),
  ];
  const widths = HEADINGS.slice(0, -1).map((_heading, column) =>
    Math.max(...rows.map((row) => measureText(row[column] ?? "")))
  );
  const used = widths.reduce((sum, cells) => sum + cells + 2, 0);
  const left = width === undefined ? Infinity : Math.max(LEAST_COMMAND, width - used);
  return rows.map((row) => {
    const cells = row.slice(0, -1).map((text, column) => {
      const blanks = " ".repeat(widths[column]! - measureText(text));
      return NUMBERS.has(HEADINGS[column]!) ? blanks + text : text + blanks;
    });
    const command = row.at(-1) ?? "";
    return `${[...cells, left === Infinity ? command : cutText(command, left)].join("  ")}\n`;
  }).join("");
}

function cellsOf(
  process: PythonProcess,
  branch: string,
  userName: (user: number) => string,
): string[] {
  const { pid, user, uptimeMs, cpuMs, threads, hindrance } = process;
  return [
    String(pid),
    `${process.version ?? "?"}${process.freeThreaded === true ? "t" : ""}`,
    user === undefined ? "?" : escapeForTerminal(userName(user)),
    formatAge(uptimeMs),
    formatAge(cpuMs),
    String(threads),
    hindrance === undefined ? "yes" : nameHindrance(hindrance),
    branch + escapeForTerminal(commandOf(process)),
  ];
}

/** Parents before their children, each with the branches that lead to it. */
function layOut(processes: readonly PythonProcess[]): Placed[] {
  const below = Map.groupBy(processes, ({ above }) => above);
  const placed: Placed[] = [];
  const add = (process: PythonProcess, branch: string, stem: string): void => {
    placed.push({ process, branch });
    const children = below.get(process.pid) ?? [];
    for (const [index, child] of children.entries()) {
      const last = index === children.length - 1;
      add(child, `${stem}${last ? "└─ " : "├─ "}`, `${stem}${last ? "   " : "│  "}`);
    }
  };
  for (const process of below.get(undefined) ?? []) add(process, "", "");
  return placed;
}

function nameHindrance({ fault }: Hindrance): string {
  switch (fault) {
    case "denied":
      return "not permitted";
    case "not-started":
      return "not started";
    case "implausible":
      return "not plausible";
    case "unsupported-version":
    case "newer-version":
    case "unsupported-platform":
    case "not-python":
      return "unsupported";
  }
}

function commandOf({ command, name }: PythonProcess): string {
  return command.length === 0 ? `[${name}]` : command.join(" ");
}

/** `12s`, `3m 05s`, `2h 13m`, `41d 6h`. */
export function formatAge(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit));
  if (days! > 0) return `${days}d ${hours! % 24}h`;
  if (hours! > 0) return `${hours}h ${String(minutes! % 60).padStart(2, "0")}m`;
  return minutes! > 0 ? `${minutes}m ${String(seconds % 60).padStart(2, "0")}s` : `${seconds}s`;
}

/** An array of objects, one a line. What is not known is null. */
export function describeProcesses(processes: readonly PythonProcess[]): string {
  const lines = processes.map((process) =>
    encodeAscii({
      pid: process.pid,
      parent: process.parent,
      parent_python: process.above ?? null,
      python_version: process.version ?? null,
      free_threaded: process.freeThreaded ?? null,
      user: process.user ?? null,
      uptime_s: process.uptimeMs / 1000,
      cpu_s: process.cpuMs / 1000,
      threads: process.threads,
      can_attach: process.hindrance === undefined,
      reason: process.hindrance?.fault ?? null,
      command: process.command,
    })
  );
  return lines.length === 0 ? "[]\n" : `[\n${lines.join(",\n")}\n]\n`;
}
