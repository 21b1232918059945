/** `tachyon dump`: says what a process is doing right now. */

import { type Command, Option } from "commander";
import { writeDumpJson } from "../dump/dump_json.ts";
import { writeDump } from "../dump/dump_text.ts";
import { SourceLines } from "../dump/source_lines.ts";
import { dumpTorn, endedUnread } from "../dump/faults.ts";
import { explainAttach } from "../attach_faults.ts";
import { DONE, type Fault } from "../errors.ts";
import { chooseBelow } from "../launcher.ts";
import { report } from "../messages.ts";
import { parsePid } from "../numbers.ts";
import { readCommand } from "../process_tree.ts";
import { describeScreen, print } from "../standard_output.ts";
import type { Dump, DumpRequest, TakeDump } from "../../sampler/dump.ts";

const EXAMPLES = `
Examples:
  tachyon dump 1234                  what the main thread is doing
  tachyon dump -a 1234               all threads
  tachyon dump -a --locals 1234      with arguments and local variables
  tachyon dump -a --async-aware 1234 with the tasks of asyncio
  tachyon dump -a --json 1234        for a script

The process is only read, never changed, and stopped only with --blocking.`;

/** Values as the parser leaves them. */
interface Given {
  readonly allThreads?: boolean;
  readonly locals?: boolean;
  readonly showSecrets?: boolean;
  readonly native?: boolean;
  readonly opcodes?: boolean;
  readonly gc: boolean;
  readonly asyncAware?: boolean;
  readonly asyncMode?: "running" | "all";
  readonly blocking?: boolean;
  readonly json?: boolean;
}

/** Declares the command; `done` gets its exit status. */
export function addDump(program: Command, take: TakeDump, done: (status: number) => void): void {
  const command = program
    .command("dump")
    .summary("show what a running process is doing right now")
    .description("Show the stacks of a running Python process, once, with their source lines.")
    .usage("[options] PID")
    .argument("<pid>", "id of the process", parsePid)
    .option("-a, --all-threads", "show every thread, not only the main thread")
    .option("--locals", "show arguments and local variables")
    .addOption(
      new Option(
        "--show-secrets",
        "show also the values of names like password, secret, token, key",
      ).implies({ locals: true }),
    )
    .option("--native", "show where Python has called C, with names where these are sure")
    .option("--opcodes", "show which instruction each frame executes")
    .option("--no-gc", "do not show where the garbage collector runs")
    .option("--async-aware", "show asyncio tasks, too, and who awaits them")
    .addOption(
      new Option("--async-mode <mode>", "tasks that run and who awaits them, or all (default: all)")
        .choices(["running", "all"]).implies({ asyncAware: true }),
    )
    .option("--blocking", "stop the program for the reading, so that all is of one moment")
    .option("--json", "as JSON, for a script");
  command
    .addHelpText("after", EXAMPLES)
    .action(async (pid: number) => done(await dump(pid, command.opts<Given>(), take)));
}

async function dump(pid: number, given: Given, take: TakeDump): Promise<number> {
  const request: DumpRequest = {
    pid,
    allThreads: given.allThreads ?? false,
    blocking: given.blocking ?? false,
    features: {
      native: given.native ?? false,
      gc: given.gc,
      opcodes: given.opcodes ?? false,
    },
    ...(given.asyncAware === true ? { tasks: given.asyncMode ?? "all" } : {}),
    ...(given.locals === true ? { locals: { secrets: given.showSecrets ?? false } } : {}),
  };
  let found = await take(request);
  if ("fault" in found && found.fault === "not-python") {
    const child = chooseBelow(pid);
    if (typeof child === "object") return report(child);
    if (child !== undefined) found = await take({ ...request, pid: child });
  }
  if ("fault" in found) {
    return report(found.fault === "target-ended" ? endedUnread(pid) : explainAttach(found, pid));
  }
  const command = readCommand(found.pid);
  const sources = new SourceLines(found.pid);
  const text = given.json === true
    ? writeDumpJson(found, sources, command)
    : writeDump(found, { sources, command, color: describeScreen().color });
  const fault = await print(text) ?? findTorn(found);
  return fault === undefined ? DONE : report(fault);
}

/** What is missing in a dump, if anything is. */
function findTorn({ pid, threads, tasks, stoppedUs }: Dump): Fault | undefined {
  const torn = threads.filter((thread) => thread.torn > 0).length;
  if (torn === 0 && tasks !== undefined && tasks.torn > 0) {
    return dumpTorn(pid, "task", tasks.torn, stoppedUs > 0);
  }
  return torn === 0 ? undefined : dumpTorn(pid, "thread", torn, stoppedUs > 0);
}
