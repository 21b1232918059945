/** What this machine and we ourselves have to do with reading processes. */

import type { OwnRights } from "../../../ffi/machine.ts";
import { escapeForTerminal } from "../../analysis/terminal_text.ts";
import { formatTime } from "../../analysis/units.ts";
import type { Punctuality } from "../../survey/naps.ts";
import { type Check, check, type State } from "./check.ts";

/** From this lateness on rates above 1 kHz lose ticks, µs. */
const LATE_US = 500;

/**
 * Looks at what we may do.
 * @param yamaMatters it keeps us from something that we want.
 */
export function checkRights(own: OwnRights, userName: string, yamaMatters: boolean): Check[] {
  const user = escapeForTerminal(userName);
  return [
    own.readFailure === undefined
      ? check("reading", "ok", "process_vm_readv works")
      : check("reading", "bad", `refused: ${escapeForTerminal(own.readFailure)}`),
    own.mayTrace
      ? check("user", "ok", `${user}, with CAP_SYS_PTRACE: may read processes of all users`)
      : check(
        "user",
        "note",
        `${user}, without CAP_SYS_PTRACE: may read only processes of ${user}`,
      ),
    checkYama(own, yamaMatters),
    own.filtered
      ? check("seccomp", "note", "system calls are filtered")
      : check("seccomp", "ok", "system calls are not filtered"),
  ];
}

function checkYama({ ptraceScope, mayTrace }: OwnRights, matters: boolean): Check {
  if (ptraceScope === undefined) return check("yama", "ok", "is not in force here");
  const setting = `kernel.yama.ptrace_scope is ${ptraceScope}`;
  if (ptraceScope === 0) return check("yama", "ok", setting);
  if (ptraceScope < 3 && mayTrace) {
    return check("yama", "ok", `${setting}, which CAP_SYS_PTRACE overrides`);
  }
  const state: State = matters ? "bad" : "note";
  if (ptraceScope === 3) return check("yama", state, `${setting}: nobody may read any process`);
  const who = ptraceScope === 1 ? "only processes that we start" : "none without CAP_SYS_PTRACE";
  return check("yama", state, `${setting}: we may read ${who}`);
}

/** Looks at where we are. */
export function checkPlace(own: OwnRights): Check[] {
  const { container, cpus } = own;
  const name = container === "other" ? "a container" : `a container (${container})`;
  return [
    container === undefined
      ? check("container", "ok", "none")
      : check("container", "note", `we are in ${name}`),
    own.realPids && own.realUsers ? check("namespaces", "ok", "those of the machine") : check(
      "namespaces",
      "note",
      `${
        [...(own.realPids ? [] : ["pid"]), ...(own.realUsers ? [] : ["user"])].join(" and ")
      } namespace of our own: processes outside are not seen, or not to be read`,
    ),
    own.seesAll ? check("/proc", "ok", "shows all processes") : check(
      "/proc",
      "note",
      "hides processes of others (hidepid): `tachyon ps` does not see them",
    ),
    own.mayOpenMapped
      ? check("files", "ok", "deleted libraries can be opened")
      : check("files", "note", "deleted libraries cannot be opened: found in memory instead"),
    cpus.allowed >= cpus.all
      ? check("cpus", "ok", `all ${cpus.all}: readings can be made where the program runs`)
      : check(
        "cpus",
        "note",
        `${cpus.allowed} of ${cpus.all}: no exact readings (--exact) of programs on the others`,
      ),
  ];
}

/** Looks at how soon we are let go. */
export function checkTiming({ lateUs, preferred }: Punctuality): Check {
  const text = `we are woken ${formatTime(Math.max(1, Math.round(lateUs)))} late`;
  if (lateUs >= LATE_US) {
    return check("timing", "note", `${text}: the machine is busy, and high rates lose ticks`);
  }
  return preferred
    ? check("timing", "ok", `${text}, and go before ordinary threads`)
    : check("timing", "note", `${text}, and the system does not let us go before ordinary threads`);
}
