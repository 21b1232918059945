/** A capture in parts over a long time: what is between the parts, and what memory it takes. */
import { openInputFile } from "../src/cli/input_file.ts";
import { isFault } from "../src/cli/errors.ts";
import { openInput } from "../src/recording/inputs/open.ts";
import { Running } from "../tests/accuracy/running.ts";
import { printResident, watchResident } from "./resident.ts";
import { wasStalled, Witnesses } from "./witness.ts";
import { median, percent, print } from "./table.ts";

const target = new URL("unique.py", import.meta.url).pathname;
const main = new URL("../src/main.ts", import.meta.url).pathname;
const config = new URL("../deno.json", import.meta.url).pathname;
/** Length of a part, s. */
const EVERY = 5;
/** Of the target's paths of calls there are as many as the fifth power of this. */
const WIDTH = 4;
/** Two ticks, µs. */
const MOST = 2000;

/** One part, as it is on disk. */
interface Part {
  readonly firstUs: number;
  readonly lastUs: number;
  readonly durationUs: number;
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly samples: number;
  readonly missed: number;
  readonly bytes: number;
  /** Steps from one sample to the next, and those of more than two ticks. */
  readonly steps: number;
  readonly longSteps: number;
}

/** Captures at 1 kHz in parts, to recordings and reports, and prints gaps and resident sizes. */
export async function benchRotation(python: string, seconds: number): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using running = await Running.start(python, target, [String(WIDTH)]);
    await using witnesses = new Witnesses(python, seconds);
    const sizes = await watchCapture(running.pid, folder, seconds);
    const parts = [...Deno.readDirSync(folder)].map(({ name }) => name)
      .filter((name) => name.endsWith(".bin")).sort()
      .map((name) => readPart(`${folder}/${name}`));
    const gaps = parts.slice(1).map((part, i) =>
      parts[i]!.durationUs - parts[i]!.lastUs + part.firstUs
    );
    const stalls = await witnesses.tell();
    const long = gaps.map((gap, i) => ({ gap, part: parts[i]! })).filter(({ gap }) => gap > MOST);
    const theirs = long.filter(({ gap, part }) => {
      const from = part.startedAt + part.lastUs / 1000;
      return wasStalled(stalls, from, from + gap / 1000, (gap - MOST) / 1000);
    });
    const sum = (of: (part: Part) => number): number => parts.reduce((all, p) => all + of(p), 0);
    print();
    print(
      `${parts.length} parts of ${EVERY} s at 1 kHz of a program with ${WIDTH ** 5} stacks, ${
        sum((part) => part.samples)
      } samples, ` +
        `${sum((part) => part.missed)} ticks missed. From the last sample of a part to the first ` +
        `of the next: ${(median(gaps) / 1000).toFixed(2)} ms in the middle, at most two ticks in ` +
        `${gaps.length - long.length} of ${gaps.length} (inside of parts: ${
          percent(1 - sum((part) => part.longSteps) / sum((part) => part.steps), 1)
        }), at most ${(Math.max(...gaps) / 1000).toFixed(2)} ms. In ${theirs.length} of the ` +
        `${long.length} others the machine had stopped a CPU: a process that only sleeps was woken as late ` +
        `then. Such stalls took ${
          percent(stalls.reduce((all, { from, to }) => all + to - from, 0) / seconds / 1000, 1)
        } of the time, all CPUs together. A recording has ${
          (sum((part) => part.bytes) / parts.length / 1e3).toFixed(0)
        } kB.`,
    );
    print();
    print("Resident memory, with a recording and a report of each part:");
    printResident(sizes, seconds);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Resident sizes at equal distances, MB. */
async function watchCapture(pid: number, folder: string, seconds: number): Promise<number[]> {
  const outputs = ["-o", `binary:${folder}/p-%n.bin`, "-o", `flamegraph:${folder}/p-%n.html`];
  // On both CPUs: what a part is written with must not be in the way of samples.
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "-A", "--config", config, main],
      ...["attach", "-q", "--every", `${EVERY}s`, "-d", String(seconds), ...outputs, String(pid)],
    ],
    stdin: "null",
  }).spawn();
  return await watchResident(child, seconds);
}

function readPart(path: string): Part {
  const file = openInputFile(path);
  if (isFault(file)) throw new Error(file.what);
  try {
    const input = openInput(file.source);
    if (!("read" in input) || input.knows !== "samples") throw new Error(`${path} is no recording`);
    let [firstUs, lastUs, steps, longSteps] = [Infinity, 0, 0, 0];
    for (const { time, length } of input.read()) {
      for (let i = 0; i < length; i++) {
        if (firstUs < Infinity) {
          steps++;
          if (time[i]! - lastUs > MOST) longSteps++;
        } else firstUs = time[i]!;
        lastUs = time[i]!;
      }
    }
    const { quality } = input.profile;
    return {
      firstUs,
      lastUs,
      durationUs: input.summary().durationUs,
      startedAt: input.profile.metadata.startedAt,
      samples: quality.samples,
      missed: quality.missedTicks,
      bytes: file.source.size,
      steps,
      longSteps,
    };
  } finally {
    file.close();
  }
}
