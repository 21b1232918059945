import { repository } from "../scripts/repository.ts";
import { run, which } from "../scripts/shell.ts";
import { fileURLToPath } from "node:url";
import { startProgram } from "../tests/e2e/running_program.ts";
import { median, print, printTable } from "./table.ts";

const script = fileURLToPath(new URL("startup.py", import.meta.url));
const executable = `${repository}/dist/tachyon`;

/** Of one run: wall time and CPU time in ms, and the largest memory in MiB. */
type Run = readonly [wall: number, cpu: number, memory: number];

/**
 * Prints what it takes to start the executable, and to dump a small process with it, beside py-spy where
 * that is on the PATH. All of them in turn, so that what else the machine does is shared.
 */
export async function benchStartup(python: string, rounds: number): Promise<void> {
  await using target = await startProgram(python, ["-c", "import time; time.sleep(600)"]);
  const pid = `${target.pid}`;
  const commands = [
    [executable, "--version"],
    [executable, "--help"],
    [executable, "dump", pid],
    [executable, "ps"],
  ];
  if (await which("py-spy") !== undefined) {
    commands.push(["py-spy", "--version"], ["py-spy", "dump", "--pid", pid]);
  }
  const results: Run[][] = JSON.parse(
    await run(python, [script, `${rounds}`, JSON.stringify(commands)]),
  );
  const rows = commands.map(([program = "", ...args], index) => {
    const figures = [0, 1, 2].map((which) => results[index]!.map((one) => one[which]!));
    const [wall = [], cpu = [], memory = []] = figures;
    const name = [program.split("/").at(-1), ...args].join(" ").replace(pid, "PID");
    const shown = [Math.min(...wall), median(wall), median(cpu), Math.max(...memory)];
    return [name, ...shown.map((value) => value.toFixed(0))];
  });
  print();
  print(`From start to end, ${rounds} runs of each in turn; ms, CPU ms, MiB:`);
  printTable(["", "shortest", "median", "median CPU", "memory"], rows);
}
