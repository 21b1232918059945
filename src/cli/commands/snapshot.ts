/** `tachyon snapshot`: has a capture that goes on write what it has. */

import type { Command } from "commander";
import { escapeForTerminal } from "../../analysis/terminal_text.ts";
import { BEACON, type BeaconLine } from "../beacon.ts";
import { delay } from "../child.ts";
import { DONE, FAILED, type Fault, isFault } from "../errors.ts";
import { report, tell } from "../messages.ts";
import { parsePid } from "../numbers.ts";
import { listTree } from "../process_tree.ts";
import { notSnapshotable } from "../snapshot_faults.ts";
import { print } from "../standard_output.ts";

const NOTES = `
Examples:
  tachyon attach --binary -o capture.bin 1234 &
  tachyon snapshot $!                      writes capture.1.bin, and the capture goes on

All outputs of the capture are written once more, with a number in their names; those that are
written in parts (--every) begin a new part. The names are printed. SIGUSR1 does the same; this
command makes sure first that the process is a capture, since the signal ends other programs.`;

/** From one look for an answer to the next, ms. */
const LOOK_MS = 50;
/** Bit of SIGUSR1 in the sets of signals of /proc/PID/status. */
const SIGUSR1_BIT = 1n << 9n;
const NAME = new RegExp(`/\\.?${BEACON}-[0-9a-f-]{36}\\.tmp \\(deleted\\)$`);

/** Declares the command; `done` gets its exit status. */
export function addSnapshot(program: Command, done: (status: number) => void): void {
  program
    .command("snapshot")
    .summary("have a capture write what it has, and go on")
    .description("Have a running capture of tachyon write what it has so far, and go on.")
    .usage("[options] PID")
    .argument("<pid>", "id of the `tachyon run` or `tachyon attach` process", parsePid)
    .addHelpText("after", NOTES)
    .action(async (pid: number) => done(await snapshot(pid)));
}

/** Asks for a snapshot and waits for it. Returns the exit status. */
export async function snapshot(pid: number): Promise<number> {
  const found = findCapture(pid);
  if (isFault(found)) return report(found);
  const answer = await ask(found);
  if (answer === undefined) return report(notSnapshotable(found.pid, "ended"));
  const { files, faults } = answer;
  const unwritten = await print(files.map((file) => `${escapeForTerminal(file)}\n`).join(""));
  if (unwritten !== undefined) return report(unwritten);
  for (const fault of faults) tell(escapeForTerminal(fault));
  return faults.length === 0 ? DONE : FAILED;
}

/** A capture that runs. */
interface Found {
  readonly pid: number;
  /** Where it tells of its snapshots. */
  readonly path: string;
}

/** The capture in a process, or in one below it: that may be a launcher (sudo, a shell). */
function findCapture(pid: number): Found | Fault {
  if (Deno.build.os !== "linux") return notSnapshotable(pid, "unseen");
  let why: "missing" | "denied" | "other" = "other";
  for (const member of listTree(pid)) {
    const path = findBeacon(member);
    if (path === "missing" || path === "denied") {
      if (member === pid) why = path;
    } else if (path !== undefined && catchesSignal(member)) return { pid: member, path };
  }
  return notSnapshotable(pid, why);
}

function findBeacon(pid: number): string | "missing" | "denied" | undefined {
  const directory = `/proc/${pid}/fd`;
  try {
    for (const { name } of Deno.readDirSync(directory)) {
      const path = `${directory}/${name}`;
      if (NAME.test(readLink(path)) && readLines(path).some((line) => "tachyon" in line)) {
        return path;
      }
    }
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "missing" : "denied";
  }
  return undefined;
}

/** Whether the signal does not end it. */
function catchesSignal(pid: number): boolean {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
    return (BigInt(`0x${caught}`) & SIGUSR1_BIT) !== 0n;
  } catch {
    return false;
  }
}

type Answer = Extract<BeaconLine, { readonly done: number }>;

/** Sends the signal. Returns what the snapshot that began after it wrote; undefined if it never came. */
async function ask({ pid, path }: Found): Promise<Answer | undefined> {
  const before = readLines(path)
    .reduce((last, line) => "begun" in line ? Math.max(last, line.begun) : last, 0);
  try {
    Deno.kill(pid, "SIGUSR1");
  } catch {
    return undefined;
  }
  for (;;) {
    const answer = readLines(path).find((line) => "done" in line && line.done > before);
    if (answer !== undefined) return answer as Answer;
    if (!NAME.test(readLink(path))) return undefined;
    await delay(LOOK_MS);
  }
}

/** All whole lines that are there; what somebody else may have written there is passed over. */
function readLines(path: string): BeaconLine[] {
  let text: string;
  try {
    if (!Deno.statSync(path).isFile) return [];
    text = Deno.readTextFileSync(path);
  } catch {
    return [];
  }
  return text.split("\n").slice(0, -1).flatMap((line) => {
    try {
      return isLine(JSON.parse(line));
    } catch {
      return [];
    }
  });
}

function isLine(value: unknown): BeaconLine[] {
  if (typeof value !== "object" || value === null) return [];
  const line = value as Readonly<Record<string, unknown>>;
  const isTexts = (texts: unknown): boolean =>
    Array.isArray(texts) && texts.every((text) => typeof text === "string");
  const fits = typeof line["tachyon"] === "string" || typeof line["begun"] === "number" ||
    typeof line["done"] === "number" && isTexts(line["files"]) && isTexts(line["faults"]);
  return fits ? [line as BeaconLine] : [];
}

function readLink(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return "";
  }
}
