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

/** Attaches, again if a machine that is busy with others let it take no sample. */
export async function attachTachyon(
  args: readonly string[],
  launcher: readonly string[] = [],
): Promise<Outcome> {
  let outcome = await runTachyon(["attach", ...args], launcher);
  for (let i = 0; i < 5 && outcome.stderr.includes("No samples were collected"); i++) {
    outcome = await runTachyon(["attach", ...args], launcher);
  }
  return outcome;
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
