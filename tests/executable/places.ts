/** Odd places to run the executable in. */

import { execute, inTemporary, type Outcome } from "../cli/command.ts";

/** Owner of its own mounts: root, or somebody who may be taken for root inside. */
export const OWN_MOUNTS = Deno.uid() === 0
  ? ["unshare", "--mount"]
  : ["unshare", "--user", "--map-root-user", "--mount"];

/** Runs a shell script with its own mounts; `$1` and so on are the arguments. */
export function inOwnMounts(
  script: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  const [program = "", ...words] = [...OWN_MOUNTS, "sh", "-euc", script, "sh", ...args];
  return execute(program, words, { env });
}

/**
 * Makes a folder that has only an executable and what it is linked with, and an empty `proc`.
 * @param work gets the folder and the paths in it.
 */
export async function inBareRoot(
  executable: string,
  work: (root: string, files: readonly string[]) => Promise<void>,
): Promise<void> {
  await inTemporary(async (root) => {
    await Deno.copyFile(executable, `${root}/tachyon`);
    const { stdout } = await execute("ldd", [executable]);
    for (const [, library] of stdout.matchAll(/(\/\S+) \(0x/g)) {
      await Deno.mkdir(`${root}${library!.replace(/\/[^/]*$/, "")}`, { recursive: true });
      await Deno.copyFile(library!, `${root}${library}`);
    }
    await Deno.mkdir(`${root}/proc`);
    await work(root, listAll(root));
  });
}

/** All paths below a folder, with the sizes of files; what is mounted there is left out. */
export function listAll(folder: string): string[] {
  const found: string[] = [];
  const pending = [folder];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const { name, isDirectory } of Deno.readDirSync(at)) {
      const path = `${at}/${name}`;
      if (isDirectory) pending.push(path);
      found.push(`${path.slice(folder.length)} ${isDirectory ? "" : Deno.lstatSync(path).size}`);
    }
  }
  return found.sort();
}
