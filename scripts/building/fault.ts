import { say } from "../shell.ts";

/** Why a build cannot go on: one message of what happened and what to do next, without a stack. */
export class BuildFault extends Error {
  override name = "BuildFault";
}

/**
 * Runs a build script's body; a {@link BuildFault} becomes its message and exit status 1, an option
 * that `node:util`'s parseArgs refuses becomes status 2.
 */
export async function guard(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (fault) {
    if (!(fault instanceof Error)) throw fault;
    const isUsage = "code" in fault && String(fault.code).startsWith("ERR_PARSE_ARGS");
    if (!isUsage && !(fault instanceof BuildFault)) throw fault;
    say(fault.message);
    Deno.exit(isUsage ? 2 : 1);
  }
}
