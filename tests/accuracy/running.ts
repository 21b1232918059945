/** Runs targets and captures of them, each on a CPU of its own. */
import assert from "node:assert/strict";
import { compareVersions } from "../../scripts/pythons/version.ts";
import type { AsyncMode, Consistency, Features, Mode } from "../../src/profile/metadata.ts";
import type { Captured } from "./captured.ts";
import { type Grammar, type Preface, readGrammar } from "./grammar.ts";

/** CPUs that this process may use. */
export const cpus: readonly number[] = allowedCpus();
/** Where targets run, and where captures of them run. */
export const targetCpu: number = cpus[0]!;
export const captureCpu: number = cpus[1] ?? targetCpu;

if (targetCpu === captureCpu) {
  // deno-lint-ignore no-console
  console.error(
    "WARNING: ONE CPU ONLY: a target cannot run while it is read, so these tests prove nothing about " +
      "stacks that change under the reading",
  );
}

const entry = new URL("entry.ts", import.meta.url).pathname;
const config = new URL("../../deno.json", import.meta.url).pathname;
const targets = new URL("targets/", import.meta.url).pathname;

/** A running target; killed at the end of the scope (`await using`). */
export class Running implements AsyncDisposable {
  readonly #output: Promise<string>;
  #text = "";
  #ready = Promise.withResolvers<Preface>();

  private constructor(readonly script: string, readonly child: Deno.ChildProcess) {
    this.#output = this.#read();
    // Whoever starts it waits for it.
    this.#ready.promise.catch(() => {});
  }

  /**
   * Starts a script on the targets' CPU and waits until it says that it is in full swing.
   * @param on the CPUs that it may use, for `taskset`.
   */
  static async start(
    python: string,
    script: string,
    args: readonly string[],
    on: readonly number[] = [targetCpu],
  ): Promise<Running> {
    const path = script.startsWith("/") ? script : targets + script;
    const child = new Deno.Command("taskset", {
      args: ["-c", on.join(), python, "-B", path, ...args],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const running = new Running(path, child);
    running.preface = await running.#ready.promise;
    return running;
  }

  preface: Preface = {};

  get pid(): number {
    return this.child.pid;
  }

  /** Lines printed so far, but for the first. */
  lines(): string[] {
    return this.#text.split("\n").slice(1);
  }

  /** Asks it to end and returns the last line it printed. */
  async finish(): Promise<string> {
    this.child.kill("SIGTERM");
    return (await this.#output).trimEnd().split("\n").at(-1)!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await Promise.all([this.child.status, this.#output]);
  }

  async #read(): Promise<string> {
    const decoder = new TextDecoder();
    for await (const chunk of this.child.stdout) {
      this.#text += decoder.decode(chunk, { stream: true });
      const end = this.#text.indexOf("\n");
      if (end >= 0) this.#ready.resolve(JSON.parse(this.#text.slice(0, end)));
    }
    this.#ready.reject(new Error(`${this.script} ended: ${this.#text}`));
    return this.#text;
  }
}

/** What to capture, and where from. */
export interface How {
  readonly intervalUs: number;
  readonly seconds: number;
  readonly allThreads?: boolean;
  /** Capture on the target's CPU: it cannot run while it is read. The truth that others are held to. */
  readonly sameCpu?: boolean;
  readonly consistency?: Consistency;
  /** Ticks at random points of their intervals, or not; absent: as the interval suggests. */
  readonly jitter?: boolean;
  /** What stacks show besides Python frames; absent: nothing. */
  readonly features?: readonly (keyof Features)[];
  readonly mode?: Mode;
  /** Tell what threads are doing. */
  readonly states?: boolean;
  /** Which tasks; absent: threads. */
  readonly asyncMode?: AsyncMode;
  /** What readings may take of the target's time, a share; absent: what is usual. */
  readonly maxSlowdown?: number;
}

/** The command line of a capture. */
export function captureCommand(pid: number, how: How): string[] {
  const { intervalUs, seconds, allThreads = false, sameCpu = false } = how;
  const { consistency = "verified" } = how;
  const cpu = sameCpu ? targetCpu : captureCpu;
  const run = ["run", "-q", "-A", "--no-code-cache", "--config", config, entry];
  const order = [pid, intervalUs, seconds, allThreads ? "all" : "main", consistency].map(String);
  const { jitter, features = [], mode = "wall", states = false } = how;
  order.push(jitter === undefined ? "-" : jitter ? "jitter" : "steady", features.join());
  order.push(mode, states ? "states" : "-");
  order.push(how.asyncMode ?? "-", String(how.maxSlowdown ?? "-"));
  return ["taskset", "-c", String(cpu), Deno.execPath(), ...run, ...order];
}

/** Does something to the process that captures, until it has ended. */
export type Disturbance = (child: Deno.ChildProcess) => AsyncDisposable;

/** Captures a process. */
export async function capture(
  pid: number,
  how: How,
  disturb?: Disturbance,
): Promise<Captured> {
  const [program, ...args] = captureCommand(pid, how);
  const pipes = { stdin: "null", stdout: "piped", stderr: "inherit" } as const;
  const child = new Deno.Command(program!, { args, ...pipes }).spawn();
  await using _disturbance = disturb?.(child);
  const output = await child.output();
  assert(output.success, `the capture ended with status ${output.code}`);
  return JSON.parse(new TextDecoder().decode(output.stdout));
}

/** The grammar of a running target. */
export function grammarOf(running: Running, pythonVersion: string): Grammar {
  const qualified = compareVersions(pythonVersion, "3.11.0") >= 0;
  return readGrammar(running.script, running.preface, qualified);
}

function allowedCpus(): number[] {
  const [, list] = /^Cpus_allowed_list:\s*(\S+)/m.exec(Deno.readTextFileSync("/proc/self/status"))!;
  return list!.split(",").flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i);
  });
}
