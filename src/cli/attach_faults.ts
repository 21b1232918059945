/** Why a process cannot be sampled, in words. */

import { escapeForTerminal } from "../analysis/terminal_text.ts";
import type { AttachFault } from "../sampler/capture.ts";
import { machine } from "../survey/machine.ts";
import { fail, type Fault } from "./errors.ts";
import { advisePermission, adviseTracing } from "./permission.ts";

/** Puts a fault of the sampler into words. */
export function explainAttach({ fault, detail }: AttachFault, pid: number): Fault {
  const said = escapeForTerminal(detail);
  switch (fault) {
    case "no-such-process":
      return explainMissing(pid, said);
    case "denied":
      return fail(fault, `The system does not let us read process ${pid}.`, advisePermission(pid));
    case "unsupported-platform":
      if (said.includes("32-bit")) {
        return fail(fault, `Process ${pid} is a 32-bit program.`, "Use a 64-bit Python.");
      }
      return fail(
        fault,
        `tachyon cannot read processes on this system${said === "" ? "" : ` (${said})`}.`,
        said.includes("pid namespace")
          ? "Mount the right one, `mount -t proc proc /proc`, or leave the namespace."
          : "It runs on Linux and macOS, x86-64 and arm64, and on Windows, x86-64.",
      );
    case "not-python":
      return fail(
        fault,
        `Process ${pid} does not run Python: there is no CPython interpreter in it.`,
        "Give the pid of the Python process itself; a launcher or shell has another one.",
      );
    case "unsupported-version":
      return fail(
        fault,
        `Process ${pid} runs Python ${said}, which is not supported.`,
        said.endsWith("on Windows")
          ? "Supported are 3.8 to 3.15 there, those with a GIL."
          : "Supported are 3.8 to 3.15.",
      );
    case "newer-version":
      return fail(
        fault,
        `Process ${pid} runs a Python that this tachyon does not know and cannot read: ${said}.`,
        "Known are 3.8 to 3.15. A newer tachyon may know it; so may be a released version of the same Python.",
      );
    case "mode-refused":
      return fail(
        fault,
        `Process ${pid} does not let us know what \`--mode ${said}\` asks of its threads.`,
        "Leave out `--mode`, or choose another: docs/modes.md says what each needs.",
      );
    case "exact-refused":
      return fail(
        fault,
        `The system does not let us run on the CPU where process ${pid} runs, as exact reading needs.`,
        Deno.build.os === "windows"
          ? "Leave out `--exact`: Windows does not tell on which CPU a thread runs."
          : Deno.build.os === "darwin"
          ? "Leave out `--exact`: macOS lets no thread choose its CPU."
          : "Start tachyon with the same CPU set (taskset, cpuset, container), or leave out `--exact`.",
      );
    case "no-subprocesses":
      return fail(
        fault,
        "This system does not tell in time which processes a program starts.",
        "Leave out `--subprocesses`, and attach to each of them.",
      );
    case "not-stoppable":
      return fail(
        fault,
        `Process ${pid} cannot be stopped for its samples, as \`--blocking\` does: ${said}.`,
        adviseTracing(said.includes("traces it")),
      );
    case "asyncio-unsupported":
      return fail(
        fault,
        `Process ${pid} runs Python ${said}, whose asyncio tasks cannot be read.`,
        "They can be from 3.11 on, in free-threaded builds from 3.14 on. Leave out `--async-aware` to sample its threads.",
      );
    case "no-asyncio":
      return fail(
        fault,
        `Process ${pid} has no asyncio tasks: it has not imported asyncio.`,
        "Leave out `--async-aware` to sample its threads.",
      );
    case "implausible":
      return fail(
        fault,
        `The interpreter in process ${pid} does not look as it should: ${said}.`,
        "Its Python may be a development version or changed by its vendor; a released one will do.",
      );
    case "target-ended":
      return fail(
        fault,
        `Process ${pid} ended before the first sample could be taken.`,
        "To profile a short program from its start, use `tachyon run`.",
      );
  }
}

function explainMissing(pid: number, said: string): Fault {
  const leader = /is a thread of process (\d+)/.exec(said)?.[1];
  if (leader !== undefined) {
    return fail(
      "no-such-process",
      `${pid} is a thread of process ${leader}, and no process.`,
      `Give the pid of the process: \`tachyon attach -a ${leader}\` samples all its threads.`,
    );
  }
  const inside = machine.pidsInside(pid);
  const next = inside.length === 0
    ? "List those that run Python with `tachyon ps`."
    : `In a container ${pid} may be what we know as ${
      inside.join(" or ")
    }; \`tachyon ps\` tells more.`;
  return fail("no-such-process", `There is no process with pid ${pid}.`, next);
}

/** A process that is to be sampled runs no Python itself, but several below it do. */
export function severalPythons(pid: number, below: readonly number[]): Fault {
  return fail(
    "several-pythons",
    `Process ${pid} runs no Python itself, and ${below.length} processes below it do: ${
      below.join(", ")
    }.`,
    "Give the pid of one of them; `tachyon ps` shows what they are.",
  );
}
