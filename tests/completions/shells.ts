/** What the tests of completions share: the scripts, and a made-up tachyon whose pids are known. */

import assert from "node:assert/strict";
import { execute, inTemporary } from "../cli/command.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

/** What a shell gets for the pids of processes. */
const PROCESSES = ` PID  PYTHON  USER  COMMAND
  41  3.14.0  me    python3 first.py
4242  3.15.0  me    python3 second.py
`;

/** Prints with the command line from source. */
export async function printOf(...args: readonly string[]): Promise<string> {
  const words = ["run", "-q", "-A", "--config", `${ROOT}deno.json`, `${ROOT}src/main.ts`, ...args];
  const { status, stdout, stderr } = await execute(Deno.execPath(), words);
  assert.equal(status, 0, stderr);
  return stdout;
}

/** A folder with the script of a shell in it, two files, and a `tachyon` for its PATH. */
export async function withScript(
  shell: string,
  work: (folder: string, env: Record<string, string>) => Promise<void>,
): Promise<void> {
  await inTemporary(async (folder) => {
    await Deno.writeTextFile(`${folder}/script`, await printOf("completions", shell));
    await Deno.writeTextFile(`${folder}/ps.txt`, PROCESSES);
    await Deno.mkdir(`${folder}/bin`);
    const fake = `#!/bin/sh\n[ "$1" = ps ] && cat '${folder}/ps.txt'\n`;
    await Deno.writeTextFile(`${folder}/bin/tachyon`, fake, { mode: 0o755 });
    await Deno.writeTextFile(`${folder}/capture one.bin`, "");
    await Deno.writeTextFile(`${folder}/capture.txt`, "");
    await work(folder, { PATH: `${folder}/bin:${Deno.env.get("PATH") ?? ""}`, HOME: folder });
  });
}
