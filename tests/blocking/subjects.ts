/** Programs that run beside a test: the target, whose running can be seen, and tachyon. */
import assert from "node:assert/strict";

const ROOT = new URL("../..", import.meta.url).pathname;
const TARGETS = new URL("targets/", import.meta.url).pathname;
const DENO = ["run", "-q", "-A", "--config", `${ROOT}deno.json`];

/** How a target must run on at the latest, ms. */
export const AT_ONCE = 100;
/** Looks that are farther apart say that we had no CPU in between, ms. */
const STALL = 5;

/** A child with its standard output read by the line; killed at the end of the scope. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  #text = "";

  constructor(program: string, args: readonly string[]) {
    this.#child = new Deno.Command(program, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#output = this.#child.stdout.getReader();
  }

  get pid(): number {
    return this.#child.pid;
  }

  get status(): Promise<Deno.CommandStatus> {
    return this.#child.status;
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** The next line of its output; all that is left when it has ended. */
  async line(): Promise<string> {
    while (!this.#text.includes("\n")) {
      const { value } = await within(20_000, this.#output.read());
      if (value === undefined) break;
      this.#text += new TextDecoder().decode(value);
    }
    const [line = "", ...rest] = this.#text.split("\n");
    this.#text = rest.join("\n");
    return line;
  }

  /** Sends a line. */
  async tell(): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new Uint8Array([10]));
    writer.releaseLock();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#child.status;
    await this.#output.cancel();
    await this.#child.stdin.close().catch(() => {});
  }
}

/** A target that counts as long as it runs. */
export class Counter extends Program {
  readonly #file: string;

  private constructor(python: string, file: string, threads: number) {
    super(python, ["-B", `${TARGETS}counter.py`, file, String(threads)]);
    this.#file = file;
  }

  static async start(python: string, threads = 0): Promise<Counter> {
    const counter = new Counter(python, await Deno.makeTempFile(), threads);
    assert.equal(await counter.line(), "ready");
    return counter;
  }

  /** How far it has counted. */
  count(): bigint {
    return new DataView(Deno.readFileSync(this.#file).buffer).getBigUint64(0, true);
  }

  /** How many SIGUSR1 it has handled. */
  signals(): number {
    return Number(new DataView(Deno.readFileSync(this.#file).buffer).getBigUint64(8, true));
  }

  /**
   * Waits until it has counted on; returns for how long it stood still, ms. What it waited for a CPU does not
   * count, nor do times in which we had none: others have the machine then.
   */
  async countsOn(patience = 10_000): Promise<number> {
    const before = this.count();
    const start = performance.now();
    const waited = this.#waitedMs();
    let [last, lost] = [start, 0];
    while (this.count() === before) {
      const now = performance.now();
      assert.ok(now - start < patience, "the target stands still");
      if (now - last > STALL) lost += now - last;
      last = now;
      await sleep(1);
    }
    return Math.max(0, last - start - lost - (this.#waitedMs() - waited));
  }

  /** For how long it was ready to run and did not. */
  #waitedMs(): number {
    return Number(Deno.readTextFileSync(`/proc/${this.pid}/schedstat`).split(" ")[1]) / 1e6;
  }

  /** Waits until it does not count for a tenth of a second. */
  async standsStill(patience = 10_000): Promise<void> {
    const start = performance.now();
    for (let before = -1n; this.count() !== before; await sleep(100)) {
      assert.ok(performance.now() - start < patience, "the target does not stop");
      before = this.count();
    }
  }

  /** Fails unless all its threads run, traced by nobody. */
  async assertFree(): Promise<void> {
    await this.countsOn();
    for (const tid of listNames(`/proc/${this.pid}/task`)) {
      const status = Deno.readTextFileSync(`/proc/${this.pid}/task/${tid}/status`);
      assert.match(status, /^State:\s+[RSD]/m);
      assert.match(status, /^TracerPid:\s+0$/m);
    }
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await Deno.remove(this.#file);
  }
}

/** A script of the targets' folder. */
export function targetPath(name: string): string {
  return TARGETS + name;
}

/** Waits for something that may not come. */
function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`nothing came in ${ms} ms`)), ms);
  return Promise.race([promise, over]).finally(() => clearTimeout(timer));
}

/** Arguments for Deno to run tachyon from source. */
export function tachyonArgs(...args: readonly string[]): string[] {
  return [...DENO, `${ROOT}src/main.ts`, ...args];
}

/** Starts a program that stops a process and keeps it so. */
export async function startHolding(pid: number): Promise<Program> {
  const script = new URL("holding_script.ts", import.meta.url).pathname;
  const program = new Program(Deno.execPath(), [...DENO, script, String(pid)]);
  assert.equal(await program.line(), "held");
  return program;
}

/** Starts a capture of a process, with a table on its standard output, and waits until it traces it. */
export async function startCapture(pid: number, ...options: string[]): Promise<Program> {
  const words = ["attach", "--blocking", "-q", ...options, String(pid)];
  const program = new Program(Deno.execPath(), tachyonArgs(...words));
  const start = performance.now();
  while (tracerOf(pid) === 0) {
    assert.ok(performance.now() - start < 20_000, "the capture does not begin");
    await sleep(2);
  }
  return program;
}

/** The process that traces another; 0: none. */
export function tracerOf(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^TracerPid:\s+(\d+)$/m.exec(status)?.[1]);
}

/** The state of a process in one letter; empty when there is none. */
export function stateOf(pid: number): string {
  try {
    return /^State:\s+(\w)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1] ?? "";
  } catch {
    return "";
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function listNames(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map((entry) => entry.name);
}
