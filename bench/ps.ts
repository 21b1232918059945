/** `tachyon ps`: how long it takes on a machine with many processes. */
import { cpuUsage } from "node:process";
import { listPythons } from "../src/survey/pythons.ts";
import { machine } from "../src/survey/machine.ts";
import { median, print, printTable } from "./table.ts";

const OTHERS = 300;
const PYTHONS = 60;
const ROUNDS = 7;

/** Prints the time to find all Pythons, without the start of the program, which takes as long as for any command. */
export async function benchPs(pythons: readonly string[]): Promise<void> {
  const children: Deno.ChildProcess[] = [];
  const start = (command: string, args: string[]): void => {
    const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
    children.push(new Deno.Command(command, { args, ...streams }).spawn());
  };
  try {
    for (let i = 0; i < OTHERS; i++) start("sleep", ["600"]);
    for (let i = 0; i < PYTHONS; i++) {
      start(pythons[i % pythons.length]!, ["-IS", "-c", "import time; time.sleep(600)"]);
    }
    while (listPythons().filter(({ hindrance }) => hindrance === undefined).length < PYTHONS) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const all = machine.processes().length;
    const times: number[] = [];
    const cpu: number[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      const before = performance.now();
      const cpuBefore = cpuUsage();
      listPythons();
      const { user, system } = cpuUsage(cpuBefore);
      times.push(performance.now() - before);
      cpu.push((user + system) / 1000);
    }
    print();
    print(
      `Listing ${PYTHONS} Pythons of ${pythons.length} versions among ${all} processes, ${ROUNDS} times:`,
    );
    const row = (name: string, values: readonly number[]): string[] => [
      name,
      Math.min(...values).toFixed(0),
      median(values).toFixed(0),
    ];
    printTable(["", "least, ms", "median, ms"], [row("time", times), row("CPU time", cpu)]);
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(children.map((child) => child.status));
  }
}
