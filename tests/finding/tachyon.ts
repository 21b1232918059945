/** Running the real command line. */
import { execute, type Outcome } from "../cli/command.ts";

const root = new URL("../../", import.meta.url).pathname;

/** Runs tachyon, as it is or behind a launcher such as `setpriv`. */
export function runTachyon(
  args: readonly string[],
  launcher: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Outcome> {
  const [program = "", ...rest] = [
    ...launcher,
    Deno.execPath(),
    "run",
    "-q",
    "-A",
    `--config=${root}deno.json`,
    `--lock=${root}deno.lock`,
    `${root}src/main.ts`,
    ...args,
  ];
  return execute(program, rest, { env });
}

/**
 * Makes a command run as another user, who may look into files all the same: Deno and this checkout may
 * lie where only root can read.
 */
export function asUser(user: number): string[] {
  const files = "+dac_read_search";
  return [
    "setpriv",
    ...["--reuid", String(user), "--regid", String(user), "--clear-groups"],
    // Else access(2), with which Deno looks for its files, goes by the user alone.
    ...["--securebits", "+no_setuid_fixup"],
    ...[`--inh-caps=-all,${files}`, `--ambient-caps=${files}`, `--bounding-set=-all,${files}`],
  ];
}
