/** A live screen that is left alone for long: memory, what is sent to the terminal, and CPU, over time. */
import { Running } from "../tests/accuracy/running.ts";
import { startProgram } from "../tests/e2e/running_program.ts";
import { TmuxTerminal } from "../tests/live/tmux.ts";
import { mainThreadTicks, startLive, TICKS_A_SECOND } from "./live.ts";
import { percent, print, printTable } from "./table.ts";

const target = new URL("functions.py", import.meta.url).pathname;
const orders = new URL("../examples/orders.py", import.meta.url).pathname;
/** Rows of the table, at most. */
const POINTS = 12;
/** How long a program's beginning may take, which is not at rest. */
const BEGINNING_MS = 4000;

/** Watches a program with 100 000 functions for so many minutes. */
export async function benchLiveLong(python: string, minutes: number): Promise<void> {
  const folder = await Deno.makeTempDir();
  const rows: string[][] = [];
  try {
    await using running = await Running.start(python, target, [String(minutes * 60 + 60)]);
    await using terminal = await TmuxTerminal.open(120, 40, folder);
    // What is sent to the terminal.
    await terminal.record(`${folder}/sent`);
    const own = await startLive(terminal, folder, ["-r", "2khz", "--live", String(running.pid)]);
    const points = Math.min(POINTS, Math.max(1, Math.round(minutes)));
    const step = minutes * 60 / points;
    for (let point = 1; point <= points; point++) {
      const before = look(own, folder);
      await new Promise((resolve) => setTimeout(resolve, step * 1000));
      const after = look(own, folder);
      const functions = /of ([\d,]+)$/m.exec(await terminal.look())?.[1] ?? "?";
      rows.push([
        (step * point / 60).toFixed(1),
        functions,
        residentMb(own).toFixed(0),
        ((after.bytes - before.bytes) / step / 1000).toFixed(1),
        percent((after.ticks - before.ticks) / TICKS_A_SECOND / step, 1),
      ]);
    }
    await terminal.press("q");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  print();
  print("A screen of 120×40 on a program that calls 100 000 functions at random, at 2 kHz:");
  printTable(["after min", "functions seen", "MB", "kB/s sent", "main thread"], rows);
}

/** Watches the example program for so many seconds. */
export async function benchLiveRest(python: string, seconds: number): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using running = await startProgram(python, [orders, String(seconds + 60)]);
    await using terminal = await TmuxTerminal.open(120, 40, folder);
    // What is sent to the terminal.
    await terminal.record(`${folder}/sent`);
    const own = await startLive(terminal, folder, ["-a", "--live", String(running.pid)]);
    await new Promise((resolve) => setTimeout(resolve, BEGINNING_MS));
    const before = look(own, folder);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const after = look(own, folder);
    await terminal.press("q");
    const rate = (after.bytes - before.bytes) / seconds / 1000;
    const cpu = (after.ticks - before.ticks) / TICKS_A_SECOND / seconds;
    print();
    print(
      `A screen of 120×40 that nobody touches, on examples/orders.py at 1 kHz for ${seconds} s: ` +
        `${rate.toFixed(1)} kB/s are sent, and the main thread takes ${percent(cpu, 1)} of a CPU.`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function look(own: number, folder: string): { bytes: number; ticks: number } {
  return { bytes: Deno.statSync(`${folder}/sent`).size, ticks: mainThreadTicks(own) };
}

function residentMb(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1]) / 1024;
}
