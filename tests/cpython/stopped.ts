/** Real programs that are stopped at a place where they have told their own stacks. */
import assert from "node:assert/strict";
import type { Python } from "../../scripts/pythons.ts";
import { Target } from "../ffi/targets.ts";
import type { Place } from "./stacks.ts";

const script = new URL("stopped_target.py", import.meta.url).pathname;

/** What the target says of one thread: root first, without threads that only serve the test. */
export interface Told {
  readonly tid: number;
  readonly frames: readonly Place[];
}

/** A target with SIGSTOP pending on all of its threads; it is killed at the end of the scope. */
export class Stopped implements AsyncDisposable {
  private constructor(
    readonly target: Target,
    readonly told: readonly Told[],
    /** What the scene prints of its own, null if nothing. */
    readonly extra: unknown,
  ) {}

  /**
   * Starts a scene of `stopped_target.py`, waits for its report, and stops it.
   * @param tries how often: Python 3.12.1 itself crashes now and then while it makes another interpreter.
   */
  static async start(python: Python, scene: string, tries = 1): Promise<Stopped> {
    const target = new Target(python.path, ["-X", "utf8", script, scene]);
    try {
      const line = await target.line();
      const { threads, extra } = JSON.parse(line) as { threads: Told[]; extra: unknown };
      await stop(target.pid);
      return new Stopped(target, threads, extra);
    } catch (error) {
      await target[Symbol.asyncDispose]();
      if (tries > 1) return await Stopped.start(python, scene, tries - 1);
      throw error;
    }
  }

  get pid(): number {
    return this.target.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.target[Symbol.asyncDispose]();
  }
}

/** Stops a process and waits until every one of its threads has stopped. */
async function stop(pid: number): Promise<void> {
  Deno.kill(pid, "SIGSTOP");
  for (let tries = 0; tries < 1000; tries++) {
    const states = [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => {
      const stat = Deno.readTextFileSync(`/proc/${pid}/task/${name}/stat`);
      return stat.slice(stat.lastIndexOf(")") + 2).charAt(0);
    });
    if (states.every((state) => state === "T")) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail(`process ${pid} did not stop`);
}
