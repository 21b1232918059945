/** How much memory a long capture takes: resident size over time, on a target with 100 000 unique stacks. */
import { captureCpu, Running } from "../tests/accuracy/running.ts";
import { printResident, watchResident } from "./resident.ts";
import { print } from "./table.ts";

const target = new URL("unique.py", import.meta.url).pathname;
const main = new URL("../src/main.ts", import.meta.url).pathname;
const config = new URL("../deno.json", import.meta.url).pathname;

/** Where no rate gives way. */
const RATE = "10.1khz";

/** Captures at this rate for so many seconds, to collapsed stacks and a recording, and prints resident sizes. */
export async function benchMemory(python: string, seconds: number): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using running = await Running.start(python, target, []);
    const sizes = await watchCapture(running.pid, folder, seconds);
    const stacks = (await Deno.readTextFile(`${folder}/collapsed`)).split("\n").length - 1;
    const recorded = (await Deno.stat(`${folder}/binary`)).size / 1e6;
    print();
    print(
      `Resident memory of a capture at ${RATE} of ${stacks} different stacks, to collapsed stacks and a ` +
        `recording of ${recorded.toFixed(0)} MB:`,
    );
    printResident(sizes, seconds);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Resident sizes at equal distances, MB. */
async function watchCapture(pid: number, folder: string, seconds: number): Promise<number[]> {
  const tachyon = ["run", "-q", "-A", "--config", config, main, "attach", "-q", "-r", RATE];
  const outputs = ["collapsed", "binary"].flatMap((name) => ["-o", `${name}:${folder}/${name}`]);
  const child = new Deno.Command("taskset", {
    args: [
      ...["-c", String(captureCpu), Deno.execPath(), ...tachyon],
      ...["-d", String(seconds), ...outputs, String(pid)],
    ],
    stdin: "null",
  }).spawn();
  return await watchResident(child, seconds);
}
