/** A dump as people read it. */

import { listOpcodes, type Opcode } from "../../profile/opcodes.ts";
import { escapeForTerminal, fitText } from "../../analysis/terminal_text.ts";
import { formatCounted, formatTime } from "../../analysis/units.ts";
import { paint, type Style } from "../../../collectors/style.ts";
import type { Dump, DumpedFrame, DumpedTasks, DumpedThread } from "../../sampler/dump.ts";
import { labelsOf } from "./labels.ts";
import { markLine } from "./marked_line.ts";
import type { SourceLines } from "./source_lines.ts";
import { arrangeTasks, type TaskGroup } from "./task_tree.ts";
import { writeValue } from "./value_text.ts";

/** Tasks below more others than this are not moved further to the right. */
const DEEPEST = 12;
/** Names of tasks that are the same otherwise, and of further ones that wait. */
const MOST_NAMES = 6;
/** Longer names of threads and tasks are cut in the middle, cells. */
const LONGEST_NAME = 60;

/** What a dump is written with. */
export interface DumpPage {
  readonly sources: SourceLines;
  /** The target's command line; empty when it is not known. */
  readonly command: readonly string[];
  readonly color: boolean;
}

/** Writes a dump: one paragraph a thread, oldest call first. */
export function writeDump(dump: Dump, page: DumpPage): string {
  const command = page.command.length === 0 ? "" : `: ${escapeForTerminal(page.command.join(" "))}`;
  const build = dump.freeThreaded ? ", free-threaded" : "";
  const stopped = dump.stoppedUs > 0 ? ` (stopped for ${formatTime(dump.stoppedUs)})` : "";
  const head = `Process ${dump.pid}, Python ${dump.pythonVersion}${build}${command}${stopped}`;
  const opcodes = listOpcodes(dump.pythonVersion);
  const threads = dump.threads.map((thread) => writeThread(thread, page, opcodes));
  const tasks = dump.tasks === undefined ? [] : [writeTasks(dump.tasks, page)];
  return [head, ...threads, ...tasks].map((text) => `${text}\n`).join("\n");
}

/** Tasks below those that wait for them. */
function writeTasks({ tasks }: DumpedTasks, page: DumpPage): string {
  if (tasks.length === 0) return `${style("Tasks", "heading", page)}: none`;
  const head = `${style("Tasks", "heading", page)} (${
    formatCounted(tasks.length, "task")
  }, each below the one that awaits it; most recent call last):`;
  const groups = arrangeTasks(tasks).flatMap((group) => {
    const indent = "  ".repeat(Math.min(group.level, DEEPEST) + 1);
    return writeGroup(group, page).map((line) => indent + line);
  });
  return [head, ...groups].join("\n");
}

function writeGroup({ tasks, others, level }: TaskGroup, page: DumpPage): string[] {
  const task = tasks[0]!;
  const names = listNames(tasks.map(({ name }) => name));
  const said = [
    ...(task.tid === 0 ? [] : [`thread ${task.tid}`]),
    ...(task.executing ? ["running: see its thread"] : []),
    ...(others.length === 0 ? [] : [`awaited ${level > 0 ? "also " : ""}by ${listNames(others)}`]),
  ];
  const title = tasks.length === 1 ? "Task" : formatCounted(tasks.length, "task");
  const frames = [...task.frames].reverse().flatMap((frame) => writeFrame(frame, page, []));
  const details = said.length === 0 ? "" : ` (${said.join("; ")})`;
  const colon = frames.length === 0 ? "" : ":";
  return [`${title} ${style(names, "heading", page)}${details}${colon}`, ...frames];
}

function quoteName(name: string): string {
  return `"${fitText(escapeForTerminal(name), LONGEST_NAME)}"`;
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map((name) => quoteName(name));
  const left = names.length - shown.length;
  return [...shown, ...(left > 0 ? [`… ${left} more`] : [])].join(", ");
}

function writeThread(thread: DumpedThread, page: DumpPage, opcodes: readonly Opcode[]): string {
  const name = thread.name === "" ? "" : ` ${quoteName(thread.name)}`;
  const labels = [labelsOf(thread).join(", "), "most recent call last"].filter((text) =>
    text !== ""
  );
  const head = `${style("Thread", "heading", page)} ${thread.tid}${style(name, "heading", page)} (${
    labels.join("; ")
  }):`;
  if (thread.torn > 0) {
    const readings = formatCounted(thread.torn, "reading");
    return `${head}\n  Not read: its stack changed in each of ${readings}`;
  }
  if (thread.frames.length === 0) return `${head}\n  No Python frames`;
  const frames = [...thread.frames].reverse().flatMap((frame) => writeFrame(frame, page, opcodes));
  return [head, ...frames].join("\n");
}

function writeFrame(frame: DumpedFrame, page: DumpPage, opcodes: readonly Opcode[]): string[] {
  if (frame.kind !== "python") {
    return [`  ${style(escapeForTerminal(frame.name), "function", page)}`];
  }
  const file = style(`"${escapeForTerminal(frame.file)}"`, "file", page);
  const line = frame.line > 0 ? `, line ${style(String(frame.line), "line", page)}` : "";
  const name = style(escapeForTerminal(frame.name), "function", page);
  const opcode = frame.opcode < 0
    ? ""
    : style(`  opcode=${nameOpcode(frame.opcode, opcodes)}`, "dim", page);
  return [
    `  File ${file}${line}, in ${name}${opcode}`,
    ...writeSource(frame, page),
    ...writeLocals(frame, page),
  ];
}

function nameOpcode(number: number, opcodes: readonly Opcode[]): string {
  const opcode = opcodes[number];
  if (opcode === undefined || opcode.name === "") return `<${number}>`;
  return opcode.base === opcode.name ? opcode.name : `${opcode.name} (${opcode.base})`;
}

function writeSource(frame: DumpedFrame, page: DumpPage): string[] {
  const source = page.sources.find(frame.file, frame.line);
  if (source === undefined || source.text.trim() === "") return [];
  const newer = source.isNewer
    ? style("  # changed since the program was started", "dim", page)
    : "";
  const isLast = frame.endLine === frame.line;
  // Columns of another text would mark anything.
  const column = source.isNewer ? -1 : frame.column;
  const marked = markLine(source.text, column, frame.endColumn, isLast);
  const text = `    ${marked.before}${style(marked.marked, "column", page)}${marked.after}${newer}`;
  return marked.carets === "" ? [text] : [text, `    ${style(marked.carets, "line", page)}`];
}

function writeLocals(frame: DumpedFrame, page: DumpPage): string[] {
  if (!("locals" in frame)) return [];
  if (frame.locals === undefined) return [`      ${style("<variables unreadable>", "dim", page)}`];
  return frame.locals.map(({ name, kind, value }) => {
    const free = kind === "free" ? style("  (of a function around it)", "dim", page) : "";
    return `      ${style(escapeForTerminal(name), "column", page)} = ${writeValue(value)}${free}`;
  });
}

function style(text: string, style: Style, { color }: DumpPage): string {
  return text === "" ? "" : paint(text, style, color);
}
