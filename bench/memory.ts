/** How much memory a long capture takes: resident size over time, on a target with 100 000 unique stacks. */
import { captureCpu, Running } from "../tests/accuracy/running.ts";
import { print, printTable } from "./table.ts";

const target = new URL("unique.py", import.meta.url).pathname;
const main = new URL("../src/main.ts", import.meta.url).pathname;
const config = new URL("../deno.json", import.meta.url).pathname;
/** Rows of the table. */
const POINTS = 12;

/** Captures at 10 kHz for so many seconds and prints resident sizes. */
export async function benchMemory(python: string, seconds: number): Promise<void> {
  const folder = await Deno.makeTempDir();
  const rows = [...new Array(POINTS).keys()].map((
    i,
  ) => [`${Math.round(seconds * (i + 1) / POINTS)}`]);
  try {
    await using running = await Running.start(python, target, []);
    for (const format of ["collapsed", "binary"]) {
      const file = `${folder}/${format}`;
      const sizes = await watchCapture(running.pid, format, file, seconds);
      sizes.forEach((size, i) => rows[i]?.push(size.toFixed(0)));
      if (format !== "collapsed") continue;
      const stacks = (await Deno.readTextFile(file)).split("\n").length - 1;
      print();
      print(`${stacks} different stacks in the output after ${seconds} s at 10 kHz.`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  print("Resident memory of tachyon, MB, after so many seconds:");
  printTable(["s", "--collapsed", "--binary"], rows);
}

/** Resident sizes at equal distances, MB. */
async function watchCapture(
  pid: number,
  format: string,
  file: string,
  seconds: number,
): Promise<number[]> {
  const tachyon = ["run", "-q", "-A", "--config", config, main, "attach", "-q", "-r", "10khz"];
  const child = new Deno.Command("taskset", {
    args: [
      ...["-c", String(captureCpu), Deno.execPath(), ...tachyon],
      ...["-d", String(seconds), `--${format}`, "-o", file, String(pid)],
    ],
    stdin: "null",
  }).spawn();
  const sizes: number[] = [];
  const begun = performance.now();
  for (let point = 1; point <= POINTS; point++) {
    // A little before the end, when it still samples.
    const due = begun + seconds * 1000 * point / POINTS - 200;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const status = await Deno.readTextFile(`/proc/${child.pid}/status`);
    sizes.push(Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1]) / 1024);
  }
  if (!(await child.status).success) throw new Error("the capture failed");
  return sizes;
}
