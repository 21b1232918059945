/** What there is to say about one process. */

import type { Machine, OwnRights } from "../../../ffi/machine.ts";
import { escapeForTerminal } from "../../analysis/terminal_text.ts";
import { examine, type PythonFacts } from "../../survey/pythons.ts";
import { findPythonsBelow } from "../launcher.ts";
import { type Advice, adviseAccess, adviseHidden } from "../permission.ts";
import { type Check, check, type Findings, showCommand } from "./check.ts";

/** Looks at a process and whether we may sample it. */
export function checkProcess(machine: Machine, own: OwnRights, pid: number): Findings {
  const target = machine.targetRights(pid);
  const found = examine(pid);
  const denied = found?.hindrance?.fault === "denied";
  if (target === undefined) {
    const text = denied ? `${pid} is hidden from us` : `there is no process ${pid}`;
    const advice = denied ? [adviseHidden(own, pid)] : [];
    return { checks: [check("process", "bad", text)], advice };
  }
  const checks: Check[] = [
    check("process", "ok", `${pid}: ${showCommand(machine.command(pid)) || "(no command line)"}`),
    check(
      "its user",
      "ok",
      [...new Set(target.users)].map((user) => escapeForTerminal(machine.userName(user))).join(
        ", ",
      ),
    ),
  ];
  const spaces = [
    ...(target.samePids ? [] : [`pid (it knows itself as ${target.ownPid})`]),
    ...(target.sameMounts === false ? ["mount"] : []),
    ...(target.sameUsers === false ? ["user"] : []),
  ];
  if (spaces.length > 0) {
    checks.push(check("its place", "ok", `namespaces of its own: ${spaces.join(", ")}`));
  }
  if (target.tracer > 0) {
    const text = `process ${target.tracer} traces it: --blocking is not possible`;
    checks.push(check("tracer", "note", text));
  }
  if (denied) {
    checks.push(check("access", "bad", "the system does not let us read it"));
    return { checks, advice: adviseDenied(own, adviseAccess(own, target)) };
  }
  checks.push(check("access", "ok", "we may read it"), checkPython(found));
  return { checks, advice: found === undefined ? adviseLauncher(pid) : [] };
}

function checkPython(found: PythonFacts | undefined): Check {
  if (found === undefined) return check("python", "bad", "there is no CPython in it");
  const { version = "of unknown version", freeThreaded, hindrance } = found;
  const name = `Python ${escapeForTerminal(version)}${
    freeThreaded === true ? ", free-threaded" : ""
  }`;
  switch (hindrance?.fault) {
    case undefined:
      return check("python", "ok", name);
    case "not-started":
      return check("python", "bad", `${name}, which is starting or ending`);
    case "implausible":
      return check("python", "bad", `${name}, which does not look as it should`);
    default:
      return check("python", "bad", `${name}, which is not supported`);
  }
}

function adviseDenied(own: OwnRights, known: readonly Advice[]): readonly Advice[] {
  if (known.length > 0) return known;
  const note = own.filtered
    ? "A filter on system calls (seccomp) or a security module may be the reason."
    : "A security module may be the reason.";
  return [{ why: "Nothing that can be seen from here explains it.", commands: [], note }];
}

/** A launcher has the Python below it. */
function adviseLauncher(pid: number): Advice[] {
  const below = findPythonsBelow(pid);
  if (below.length === 0) return [];
  return [{
    why: "Python runs below it:",
    commands: below.map((child) => `tachyon attach ${child}`),
    note: "",
  }];
}
