/** A program that runs beside a test, and is killed with it. */

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

/** Starts a program and lets it come to its work. */
export async function startProgram(
  program: string,
  args: readonly string[],
): Promise<RunningProgram> {
  const started = new RunningProgram(program, args);
  await new Promise((resolve) => setTimeout(resolve, 600));
  return started;
}
