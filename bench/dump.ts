/** How long it takes to look at a process with many threads and tasks once. */
import { cpuUsage } from "node:process";
import { takeDump } from "../src/sampler/dumper.ts";
import { Running } from "../tests/accuracy/running.ts";
import { median, print, printTable } from "./table.ts";

const target = new URL("waiting.py", import.meta.url).pathname;
const main = new URL("../src/main.ts", import.meta.url).pathname;
const config = new URL("../deno.json", import.meta.url).pathname;
const ROUNDS = 11;

/** Prints the time of dumps of 50 threads and 200 tasks: of a first one, of one in the middle, and of the whole command. */
export async function benchDump(python: string): Promise<void> {
  await using running = await Running.start(python, target, ["50", "200"]);
  const features = { native: false, gc: true, opcodes: false };
  const request = { pid: running.pid, allThreads: true, tasks: "all", features } as const;
  const rows: string[][] = [];
  for (
    const [what, blocking, locals] of [
      ["stacks and tasks", false, false],
      ["with variables", false, true],
      ["with variables, blocking", true, true],
    ] as const
  ) {
    const times: number[] = [];
    const cpu: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = ownCpu();
      const begun = performance.now();
      const dump = takeDump({
        ...request,
        blocking,
        ...(locals ? { locals: { secrets: false } } : {}),
      });
      times.push(performance.now() - begun);
      cpu.push(ownCpu() - before);
      if ("fault" in dump) throw new Error(JSON.stringify(dump));
      if (dump.threads.length !== 50 || dump.tasks?.tasks.length !== 200) {
        throw new Error(`${dump.threads.length} threads, ${dump.tasks?.tasks.length} tasks`);
      }
    }
    const figures = [times[0]!, median(times), Math.max(...times), cpu[0]!, median(cpu)];
    rows.push([what, ...figures.map((time) => time.toFixed(0))]);
  }
  rows.push(["the command, and its start", ...await timeCommand(running.pid), "", ""]);
  print();
  print("A dump of 50 threads, one of which works, and 200 tasks, ms:");
  printTable(["", "first", "median", "longest", "CPU of first", "median CPU"], rows);
}

/** The first, the middle and the longest time of `tachyon dump`, from its start to its end, ms. */
async function timeCommand(pid: number): Promise<string[]> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begun = performance.now();
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "-A", "--config", config, main, "dump", "-a", "--async-aware", `${pid}`],
      stdout: "null",
      stderr: "inherit",
    }).output();
    if (!success) throw new Error("the dump failed");
    times.push(performance.now() - begun);
  }
  return [times[0]!, median(times), Math.max(...times)].map((time) => time.toFixed(0));
}

/** CPU time of this process, ms. */
function ownCpu(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}
