/** A program that runs beside a test, and is killed with it. */

import { loadHelper } from "../../ffi/helper/library.ts";
import { takeDump } from "../../src/sampler/dumper.ts";

// What the first test loads it would have to unload.
loadHelper();

/** A running program. */
export class RunningProgram implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  constructor(program: string, args: readonly string[]) {
    this.#child = new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Whether it is there and neither stopped nor traced. */
  runs(): boolean {
    try {
      return /^State:\s+[RSD]/m.test(Deno.readTextFileSync(`/proc/${this.pid}/status`));
    } catch {
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
  }
}

/** How long a program has to come to its work; a Python on a busy machine may have more, ms. */
const USUAL_MS = 600;
const MOST_MS = 20_000;

/** Starts a program and lets it come to its work. */
export async function startProgram(
  program: string,
  args: readonly string[],
): Promise<RunningProgram> {
  const started = new RunningProgram(program, args);
  await pause(USUAL_MS);
  if (!program.includes("python")) return started;
  const until = performance.now() + MOST_MS - USUAL_MS;
  while (isStarting(started.pid, args) && performance.now() < until) await pause(50);
  return started;
}

/** Whether a Python is not yet in what it was given to run. */
function isStarting(pid: number, args: readonly string[]): boolean {
  const features = { native: false, gc: false, opcodes: false };
  const dump = takeDump({ pid, allThreads: false, blocking: false, features });
  if ("fault" in dump) return dump.fault === "not-python";
  const root = dump.threads[0]?.frames.at(-1);
  return root?.name !== "<module>" || ![...args, "<string>"].includes(root.file);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
