/** Running tachyon as a user does: as a process of its own. */

import { tmpdir } from "node:os";
import { basename, dirname } from "node:path";

/** What came of it. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run it. */
export interface Setting {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Called when it has started, or samples if it is made up, to send it signals. */
  readonly during?: (child: Deno.ChildProcess) => Promise<void>;
}

/** Longest time that any run may take before it counts as hanging, ms. */
const PATIENCE_MS = 40_000;

/** Runs a command to its end; one that hangs is killed and makes the test fail. */
export async function execute(
  program: string,
  args: readonly string[],
  { env = {}, cwd, during }: Setting = {},
): Promise<Outcome> {
  const child = new Deno.Command(program, {
    args: [...args],
    env,
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let hung = false;
  const watchdog = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, PATIENCE_MS);
  const [{ code, stdout, stderr }] = await Promise.all([child.output(), during?.(child)]);
  clearTimeout(watchdog);
  const text = { stdout: decode(stdout), stderr: decode(stderr) };
  if (hung) throw new Error(`${program} ${args.join(" ")} hung: ${JSON.stringify(text)}`);
  return { status: code, ...text };
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

const FAKE = new URL("fake_tachyon.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** How long a made-up sampler has to wait to be stopped once it has begun, ms. */
const BEGUN_MS = 300;

/** Runs the command line with a made-up sampler behind it. */
export async function runFake(args: readonly string[], setting: Setting = {}): Promise<Outcome> {
  const words = ["run", "-q", "-A", "--config", CONFIG, FAKE, ...args];
  const { during, env } = setting;
  if (during === undefined) return execute(Deno.execPath(), words, setting);
  const folder = await Deno.makeTempDir();
  const ready = `${folder}/ready`;
  try {
    return await execute(Deno.execPath(), words, {
      ...setting,
      env: { ...env, FAKE_READY: ready },
      during: async (child) => {
        await appears(ready, child);
        await pause(BEGUN_MS);
        await during(child);
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Waits for a file, or the end of the run in which it is to be made. */
export async function appears(path: string, child: Deno.ChildProcess): Promise<void> {
  let ended = false;
  void child.status.then(() => ended = true);
  while (!ended && !listFiles(dirname(path)).includes(basename(path))) await pause(10);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs a test in a directory of its own, which is removed behind it. */
export async function inTemporary<T>(
  work: (directory: string) => Promise<T>,
  parent = tmpdir(),
): Promise<T> {
  const directory = await Deno.makeTempDir({ prefix: "tachyon-test-", dir: parent });
  try {
    return await work(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Names of all files in a directory, also hidden ones. */
export function listFiles(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map((entry) => entry.name).sort();
}

/** Processes that work in a directory: those that a run has left behind. */
export function processesIn(directory: string): string[] {
  const real = Deno.realPathSync(directory);
  return [...Deno.readDirSync("/proc")]
    .map((entry) => entry.name)
    .filter((name) => /^\d+$/.test(name) && workingDirectory(name) === real);
}

function workingDirectory(pid: string): string {
  try {
    return Deno.readLinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}
