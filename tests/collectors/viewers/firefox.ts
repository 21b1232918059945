/** Opens files in the Firefox Profiler, by its own command line: a daemon holds a file and is asked. */

import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("firefox_cli.ts", import.meta.url));
const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));
/** Attempts to reach a daemon that starts, and ms between them. */
const ATTEMPTS = 400;
const PAUSE = 50;

/** A file that is open in the profiler. */
export interface OpenProfile {
  /** Asks for something, as `thread samples`, and returns the answer. */
  ask(...command: string[]): Promise<unknown>;
}

/** Opens a file, passes it on and closes it. The error of a file that cannot be loaded is thrown. */
export async function openInFirefox<T>(
  path: string,
  use: (profile: OpenProfile) => Promise<T>,
): Promise<T> {
  const sessions = await Deno.makeTempDir({ prefix: "tachyon-firefox-" });
  const daemon = run(["--daemon", path, "--session", "it"], sessions).spawn();
  const output = daemon.output();
  let ended = false;
  const end = output.then(() => ended = true);
  async function ask(...command: string[]): Promise<unknown> {
    const answer = await run([...command, "--json", "--session", "it"], sessions).output();
    const [stdout, stderr] = decode(answer);
    if (!answer.success) throw new Error(stderr);
    return JSON.parse(stdout);
  }
  // Whoever asks before it listens takes its session for a dead one and removes it.
  const listens = (): boolean => readLog(`${sessions}/it.log`).includes("Daemon ready");
  try {
    for (let attempt = 0; attempt < ATTEMPTS && !ended; attempt++) {
      const answer = listens() ? await ask("status").catch((error: Error) => error) : undefined;
      if (answer !== undefined && !(answer instanceof Error)) return await use({ ask });
      if (answer?.message.includes("Profile load failed")) throw answer;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    throw new Error(`the Firefox Profiler did not load it: ${ended ? decode(await output) : ""}`);
  } finally {
    await run(["stop", "it"], sessions).output();
    const timer = setTimeout(() => daemon.kill("SIGKILL"), 5000);
    await end;
    clearTimeout(timer);
    await Deno.remove(sessions, { recursive: true });
  }
}

function run(args: string[], sessions: string): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", "--lock=deno.lock", "--frozen", CLI, ...args],
    cwd: REPOSITORY,
    env: { PROFILER_CLI_SESSION_DIR: sessions, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

function readLog(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

function decode({ stdout, stderr }: Deno.CommandOutput): [string, string] {
  return [new TextDecoder().decode(stdout), new TextDecoder().decode(stderr)];
}
