/** What the live screen costs: rates with and without it, and the CPU time of the thread that draws. */
import { captureCpu, targetCpu } from "../tests/accuracy/running.ts";
import { startProgram } from "../tests/e2e/running_program.ts";
import { TmuxTerminal } from "../tests/live/tmux.ts";
import { percent, print, printTable } from "./table.ts";

/** Programs to look at, for so many seconds: an ordinary one, and one whose stacks are ever new. */
const PROGRAMS = [
  {
    name: "orders.py",
    script: new URL("../examples/orders.py", import.meta.url).pathname,
    args: (seconds: number): string[] => [String(seconds)],
  },
  {
    name: "unique.py",
    script: new URL("unique.py", import.meta.url).pathname,
    args: (): string[] => [],
  },
];
const main = new URL("../src/main.ts", import.meta.url).pathname;
const config = new URL("../deno.json", import.meta.url).pathname;
/** Of `/proc/PID/stat`. */
export const TICKS_A_SECOND = 100;
/** Presses of `+` from the first refresh to one 20 times a second. */
const TO_FASTEST = 4;

/** How long tachyon may take to begin, ms. */
const STARTUP_MS = 2000;
/** What a capture takes besides, at most, s. */
const SPARE = 15;

/** How one capture went. */
interface Went {
  readonly achieved: number;
  /** CPU time per wall time of the main thread, which draws and takes in samples. */
  readonly cpu: number;
}

/** Captures at 10 kHz for so many seconds with and without a screen, in turn. */
export async function benchLive(python: string, seconds: number, rounds: number): Promise<void> {
  const folder = await Deno.makeTempDir();
  const rows: string[][] = [];
  try {
    for (const { name, script, args } of PROGRAMS) {
      await using running = await startProgram("taskset", [
        ...["-c", String(targetCpu), python, script],
        ...args(rounds * 2 * (seconds + SPARE)),
      ]);
      for (let round = 0; round < rounds; round++) {
        const without = await watch(running.pid, folder, seconds, false);
        const live = await watch(running.pid, folder, seconds, true);
        rows.push([
          name,
          percent(without.achieved, 1),
          percent(live.achieved, 1),
          percent(live.achieved / without.achieved, 1),
          percent(without.cpu, 1),
          percent(live.cpu, 1),
        ]);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  print();
  print(
    `Captures at 10 kHz for ${seconds} s without and with a screen of 120×40 that is drawn 20 times a ` +
      "second (less often once that takes long), both with the states of threads: share of the rate that " +
      "was achieved, and CPU of the main thread. `unique.py` has ever new stacks:",
  );
  printTable(
    ["program", "achieved", "with screen", "of that", "main thread", "with screen"],
    rows,
  );
}

async function watch(pid: number, folder: string, seconds: number, live: boolean): Promise<Went> {
  await using terminal = await TmuxTerminal.open(120, 40, folder);
  const outputs = ["-r", "10khz", "-o", `json:${folder}/result`];
  const own = await startLive(terminal, folder, [
    ...outputs,
    // A screen tells what threads do: both read the same of the target.
    ...(live ? ["--live"] : ["-q", "--states"]),
    String(pid),
  ]);
  if (live) { for (let i = 0; i < TO_FASTEST; i++) await terminal.press("+"); }
  const before = mainThreadTicks(own);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const used = (mainThreadTicks(own) - before) / TICKS_A_SECOND / seconds;
  await terminal.press(live ? "q" : "C-c");
  await terminal.until((text) => /\$$/.test(text));
  const result = await Deno.readTextFile(`${folder}/result`);
  const { quality } = JSON.parse(result) as { quality: { achieved_hz: number; asked_hz: number } };
  return { achieved: quality.achieved_hz / quality.asked_hz, cpu: used };
}

/** Starts `attach` on a terminal, on the captures' CPU. Returns its pid. */
export async function startLive(
  terminal: TmuxTerminal,
  folder: string,
  args: readonly string[],
): Promise<number> {
  const deno = [Deno.execPath(), "run", "-q", "-A", "--config", config, main];
  const words = ["taskset", "-c", String(captureCpu), ...deno, "attach", ...args];
  await terminal.enter(`sh -c 'echo $$ > ${folder}/pid; exec "$@"' sh ${words.join(" ")}`);
  await new Promise((resolve) => setTimeout(resolve, STARTUP_MS));
  return Number(await Deno.readTextFile(`${folder}/pid`));
}

/** User and system time of the first thread (proc(5): behind the name, fields 12 and 13). */
export function mainThreadTicks(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
