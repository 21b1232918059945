/** Tells what the machine did to everybody from what it did to us. */
import { cpus } from "../tests/accuracy/running.ts";

const script = new URL("witness.py", import.meta.url).pathname;

/** A time for which a CPU was not to be had, ms since the epoch. */
export interface Stall {
  readonly from: number;
  readonly to: number;
}

/** A process on each CPU that does nothing but sleep, and notes when it was woken late. */
export class Witnesses implements AsyncDisposable {
  readonly #children: readonly Deno.ChildProcess[];
  readonly #told: readonly Promise<string>[];

  constructor(python: string, seconds: number) {
    this.#children = cpus.map((cpu) =>
      new Deno.Command("taskset", {
        args: ["-c", String(cpu), python, "-I", script, String(seconds)],
        stdin: "null",
        stdout: "piped",
      }).spawn()
    );
    this.#told = this.#children.map(({ stdout }) => new Response(stdout).text());
  }

  /** All stalls, once they have ended. */
  async tell(): Promise<Stall[]> {
    const lines = (await Promise.all(this.#told)).flatMap((text) => text.trim().split("\n"));
    return lines.filter((line) => line !== "").map((line) => {
      const [from, to] = line.split(" ").map((seconds) => Number(seconds) * 1000);
      return { from: from!, to: to! };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
    }
    await Promise.all([...this.#children.map(({ status }) => status), ...this.#told]);
  }
}

/** True if a CPU was not to be had for so long (ms) within a time, whose ends are known to a millisecond. */
export function wasStalled(
  stalls: readonly Stall[],
  from: number,
  to: number,
  ms: number,
): boolean {
  return stalls.some((stall) =>
    Math.min(stall.to, to + 1) - Math.max(stall.from, from - 1) >= Math.max(0.5, ms - 1)
  );
}
