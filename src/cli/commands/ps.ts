/** `tachyon ps`: the Python processes of this machine. */

import type { Command } from "commander";
import { DONE } from "../errors.ts";
import { report, tell } from "../messages.ts";
import { describeProcesses, tabulateProcesses } from "../ps_text.ts";
import { describeScreen, print } from "../standard_output.ts";

const NOTES = `
Examples:
  tachyon ps
  tachyon ps --json | jq '.[] | select(.can_attach) | .pid'

ATTACH says whether the process can be sampled; \`tachyon doctor PID\` tells why not. Versions are
read from memory where that is permitted, else from names. CPU is the time used so far.`;

/** Declares the command; `done` gets its exit status. */
export function addPs(program: Command, done: (status: number) => void): void {
  const command = program
    .command("ps")
    .summary("list Python processes")
    .description("List the Python processes of this machine, and which of them can be sampled.")
    .usage("[options]")
    .option("--json", "as JSON, with all that is known")
    .addHelpText("after", NOTES)
    .action(async () =>
      done(await listProcesses(command.opts<{ json?: boolean }>().json ?? false))
    );
}

/** Prints the list. Returns the exit status. */
export async function listProcesses(json: boolean): Promise<number> {
  const [{ listPythons }, { machine }] = await Promise.all([
    import("../../survey/pythons.ts"),
    import("../../survey/machine.ts"),
  ]);
  const processes = listPythons();
  const { width } = describeScreen();
  const text = json
    ? describeProcesses(processes)
    : tabulateProcesses(processes, (user) => machine.userName(user), width);
  if (json || processes.length > 0) {
    const unwritten = await print(text);
    if (unwritten !== undefined) return report(unwritten);
  }
  if (!json) tellRest(processes.length, processes.filter(isDenied).length);
  return DONE;
}

function isDenied(process: { readonly hindrance?: { readonly fault: string } }): boolean {
  return process.hindrance?.fault === "denied";
}

function tellRest(count: number, denied: number): void {
  if (count === 0) tell("there is no Python process here that we can see.");
  else if (denied > 0) {
    tell(
      `${denied} of ${count} may not be read; \`tachyon doctor PID\` says why, and what to do.`,
    );
  }
}
