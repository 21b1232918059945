/** Processes to look into: real ones, with an answer on their stdout that the test can compare. */
import assert from "node:assert/strict";
import { findPythons, type Python } from "../../scripts/pythons.ts";
import { loadHelper } from "../../ffi/helper/library.ts";
import { linux } from "../../ffi/linux/platform.ts";
import { type Address, isOpen, type Process, Ranges } from "../../ffi/process.ts";

// Loaded for good; within a test, Deno would take it for a leak of that test.
loadHelper();

/** Moves a process from CPU to CPU, and leaves it on each for so many seconds. */
export const MOVER = `
import os, sys, time
cpus = sorted(os.sched_getaffinity(0))
print(flush=True)
while True:
    for cpu in cpus:
        os.sched_setaffinity(int(sys.argv[1]), {cpu})
        time.sleep(float(sys.argv[2]))
`;

/** Has a CPU for itself for a while, and says when it has it and when it has not any more. */
export const HOG = `
import os, sys, time
os.sched_setaffinity(0, {int(sys.argv[1])})
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(2))
print(flush=True)
until = time.monotonic() + 0.5
while time.monotonic() < until: pass
print(flush=True)
`;

/** A child process that is killed at the end of the scope (`await using`). */
export class Target implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<Uint8Array>;
  #text = "";

  constructor(
    command: string,
    args: readonly string[],
    env: Record<string, string> = {},
    stderr: "inherit" | "null" = "inherit",
  ) {
    const options = { stdin: "piped", stdout: "piped", stderr } as const;
    this.#child = new Deno.Command(command, { ...options, args: [...args], env }).spawn();
    this.#lines = this.#child.stdout.getReader();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The next line the target prints, or what it printed before it ended. */
  async line(): Promise<string> {
    let end: number;
    while ((end = this.#text.indexOf("\n")) < 0) {
      const { value } = await this.#lines.read();
      if (value === undefined) break;
      this.#text += new TextDecoder().decode(value);
    }
    const line = this.#text.slice(0, end < 0 ? undefined : end);
    this.#text = this.#text.slice(line.length + 1);
    return line;
  }

  /** Sends a line to its stdin. */
  async tell(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${text}\n`));
    writer.releaseLock();
  }

  /** Kills it and waits until it is reaped. */
  async end(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It ended by itself.
    }
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await this.#lines.cancel();
    await this.#child.stdin.close().catch(() => {});
  }
}

/** An interpreter for targets whose Python version is of no concern: the newest there is. */
export async function anyPython(): Promise<string> {
  const python = (await findPythons()).filter((python) => !python.freeThreaded).at(-1);
  assert(python, "no Python 3 found on this machine: run `deno task pythons --provision`");
  return python.path;
}

/** The interpreters found; says which of `minors` are missing, and fails there when CI is set. */
export async function pythonsWith(minors: readonly string[]): Promise<Python[]> {
  const pythons = await findPythons();
  const missing = minors.filter((minor) => !pythons.some((python) => python.minor === minor));
  if (missing.length > 0) report(`not tested, Python is missing: ${missing.join(", ")}`);
  return pythons;
}

/** Makes a hole in the tests visible: fails in CI, and is printed elsewhere. */
export function report(hole: string): void {
  assert.notEqual(Deno.env.get("CI"), "true", hole);
  // deno-lint-ignore no-console
  console.error(`WARNING: ${hole}`);
}

/** Opens a process that must be readable. */
export function open(pid: number): Process & Disposable {
  const opened = linux.open(pid);
  assert(isOpen(opened), `open(${pid}): ${JSON.stringify(opened)}`);
  return Object.assign(opened, { [Symbol.dispose]: () => opened.close() });
}

/** Reads (address, length) pairs into a buffer filled with 0xEE. */
export function read(
  process: Process,
  pairs: readonly (readonly [Address, number])[],
): { result: number; bytes: Uint8Array } {
  const ranges = new Ranges(Math.max(1, pairs.length));
  for (const [address, length] of pairs) ranges.push(address, length);
  const bytes = new Uint8Array(ranges.bytes).fill(0xee);
  return { result: process.read(ranges, bytes), bytes };
}
