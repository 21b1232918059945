/** What the tests of formats that count share. */

import type { Collector } from "../../collectors/collector.ts";
import { joinPieces, METADATA, ProfileBuilder, SUMMARY } from "./profiles.ts";
import { HOSTILE_NAMES } from "./time_lines.ts";

/** The bytes of a profile in a format. */
export function renderCounted(
  builder: ProfileBuilder,
  collector: Collector,
  summary = SUMMARY,
): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(joinPieces(collector.finish(builder.profile, summary)));
}

/** One sample each of every hostile name as a function, its file, and together as the thread's name. */
export function hostileProfile(): ProfileBuilder {
  const builder = new ProfileBuilder({ command: [...METADATA.command, ...HOSTILE_NAMES] });
  const thread = builder.thread(1, HOSTILE_NAMES.join(""));
  for (const name of HOSTILE_NAMES) {
    builder.sample(thread, [{ file: `/srv/${name}`, name, first: 1, line: 2 }]);
  }
  return builder;
}

/** Two threads, one of them in another interpreter, and a stack with tasks. */
export function tasksProfile(): ProfileBuilder {
  const builder = new ProfileBuilder({ allThreads: true, mode: "cpu" });
  const main = builder.thread(17, "MainThread");
  builder.profile.threads.push({ tid: 18, name: "", interpreter: 3, main: false });
  const run = { file: "/srv/run.py", name: "run", first: 3, line: 5, column: 4 };
  const task = (name: string) => ({ file: "<task>", name, kind: "task" as const });
  builder
    .sample(main, [run, task("outer"), { ...run, line: 6 }, task("inner"), run], 4)
    .sample(1, [run], 3);
  return builder;
}

/** Runs a program to its end: its output, or the error it ended with. */
export async function runProgram(path: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(path, {
    args: [...args],
    stdin: "null",
    env: { LC_ALL: "C.UTF-8" },
    signal: AbortSignal.timeout(60_000),
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${path}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

/** Writes bytes to a file that is there as long as it is used. */
export async function withFile<T>(
  bytes: Uint8Array,
  suffix: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const path = await Deno.makeTempFile({ suffix });
  try {
    await Deno.writeFile(path, bytes);
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}
