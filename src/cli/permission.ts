/** Advice for people who may not read a process, from what this machine says about it. */

import type { ContainerKind, OwnRights, TargetRights } from "../../ffi/machine.ts";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import { machine } from "../survey/machine.ts";
import { findObstacles, type Obstacle } from "../survey/obstacles.ts";
import type { Advice } from "./advice.ts";
import { adviseOnMac } from "./mac_permission.ts";

export type { Advice };

const isWindows = Deno.build.os === "windows";
const isMac = Deno.build.os === "darwin";

/** What Windows has in place of all the rest. */
const ELEVATION: Advice = {
  why: "Windows lets us read processes of our own user that have no more rights than we have.",
  commands: [],
  note:
    "Start tachyon in a terminal that is run as administrator. Protected processes can be read by nobody.",
};

/** What to do when the system denies access to a process; a few sentences. */
export function advisePermission(pid: number): string {
  if (isWindows) return `${ELEVATION.why} ${ELEVATION.note}`;
  const own = machine.ownRights();
  const target = machine.targetRights(pid);
  const [first] = target === undefined && !isMac
    ? [adviseHidden(own, pid)]
    : adviseAccess(own, target);
  const more = `\`tachyon doctor ${pid}\` tells more.`;
  if (first === undefined && isMac) return `Run tachyon with sudo. ${more}`;
  if (first === undefined) {
    return "Run tachyon as the user of that process, with sudo, or with the capability " +
      `CAP_SYS_PTRACE. ${more}`;
  }
  const [command] = first.commands;
  const remedy = command === undefined ? first.note : `Try \`${command}\`.`;
  return [first.why, remedy, more].filter((text) => text !== "").join(" ");
}

/** What to do when a process that we may read cannot be traced. */
export function adviseTracing(hasTracer: boolean, own: OwnRights = machine.ownRights()): string {
  if (isWindows) return "Leave out `--blocking`: stacks are checked all the same.";
  if (isMac) return "Leave out `--blocking`, or run tachyon with sudo.";
  if (hasTracer) return "End the debugger or tracer, or leave out `--blocking`.";
  const { ptraceScope = 0 } = own;
  const here = `Here kernel.yama.ptrace_scope is ${ptraceScope}, which keeps`;
  if (ptraceScope === 3) return `Leave out \`--blocking\`. ${here} everybody from it.`;
  const setting = ptraceScope === 0 ? "" : ` ${here} it to root or to programs that allow it.`;
  return `Leave out \`--blocking\`, or run tachyon with sudo or CAP_SYS_PTRACE.${setting}`;
}

/** What to do about all that stands between us and a process. */
export function adviseAccess(own: OwnRights, target: TargetRights | undefined): Advice[] {
  if (isWindows) return [ELEVATION];
  if (isMac) return adviseOnMac(own, target, nameProgram(), (user) => machine.userName(user));
  if (target === undefined) return [];
  return findObstacles(own, target).map((obstacle) => advise(obstacle, own, String(target.pid)));
}

/** What to do about a process that is there, but not shown to us. */
export function adviseHidden(own: OwnRights, pid: number): Advice {
  return {
    why: "/proc hides the processes of other users here (hidepid).",
    ...elevate(own, String(pid)),
  };
}

/** What to do to be let into processes that we have not started, where Yama keeps us out. */
export function adviseYama(own: OwnRights): Advice {
  return advise({ kind: "yama", scope: own.ptraceScope ?? 0 }, own, "PID");
}

/** What to do about a system that does not let us read at all. */
export function adviseReading(own: OwnRights): Advice {
  return advise({ kind: "no-reading", detail: own.readFailure ?? "" }, own, "PID");
}

function advise(obstacle: Obstacle, own: OwnRights, pid: string): Advice {
  switch (obstacle.kind) {
    case "no-reading":
      return {
        why: `The system refuses to read any memory (${escapeForTerminal(obstacle.detail)}).`,
        commands: own.container === undefined ? [] : admitInContainer(own.container, own.hostname),
        note: own.filtered ? "A filter on system calls (seccomp) is in effect here." : "",
      };
    case "other-user":
      return {
        why: `It belongs to ${nameUser(obstacle.user)}, and we are ${nameUser(own.user)} ` +
          "without CAP_SYS_PTRACE.",
        ...elevate(own, pid),
      };
    case "other-namespace":
      return {
        why: "It is in a user namespace that is not below ours.",
        commands: [],
        note: "Attach from the host, or from inside its container.",
      };
    case "yama":
      return adviseOnYama(obstacle.scope, own, pid);
    case "outranked":
      return {
        why: "It has capabilities that we have not, so its user alone may not look into it.",
        ...elevate(own, pid),
      };
    case "not-dumpable":
      return {
        why: "It keeps out even its own user, as setuid programs and ssh-agent do.",
        ...elevate(own, pid),
      };
    case "labelled":
      return {
        why: `A security module keeps it apart: its label is ${escapeForTerminal(obstacle.label)}` +
          `, ours ${escapeForTerminal(own.label) || "none"}.`,
        commands: own.container === "docker"
          ? ["docker run --cap-add=SYS_PTRACE --security-opt apparmor=unconfined IMAGE"]
          : [],
        note: "The policy of that module (AppArmor, SELinux) has to allow ptrace between the two.",
      };
  }
}

function adviseOnYama(scope: number, own: OwnRights, pid: string): Advice {
  const setting = `kernel.yama.ptrace_scope is ${scope} here`;
  if (scope === 3) {
    return {
      why: `${setting}: nobody may look into any process until the machine is started anew.`,
      commands: [],
      note: "Set it to 1 or 0 in /etc/sysctl.d and start the machine anew.",
    };
  }
  const why = scope === 2
    ? `${setting}: it takes CAP_SYS_PTRACE to look into a process.`
    : `${setting}: without CAP_SYS_PTRACE only programs can be read that tachyon starts itself ` +
      "(`tachyon run`).";
  const { commands, note } = elevate(own, pid);
  const lower = own.container === undefined
    ? [asRoot(own, "sysctl kernel.yama.ptrace_scope=0")]
    : [];
  return { why, commands: [...commands, ...lower], note };
}

/** How to get CAP_SYS_PTRACE here. */
function elevate(own: OwnRights, pid: string): { commands: string[]; note: string } {
  const program = nameProgram();
  if (own.container !== undefined && !own.tracingAllowed) {
    return {
      commands: admitInContainer(own.container, own.hostname),
      note: "Or attach from the host, where the process has another pid: `sudo tachyon ps`.",
    };
  }
  if (own.user === 0) {
    return {
      commands: [],
      note: "We are root without CAP_SYS_PTRACE: whoever started us took it.",
    };
  }
  const commands = [asRoot(own, `${program} attach ${pid}`)];
  if (own.container === "docker" || own.container === "podman") {
    commands.unshift(`${own.container} exec -u root ${own.hostname} ${program} attach ${pid}`);
  }
  const note = Deno.build.standalone
    ? "For good, and for everybody who may run it: " +
      asRoot(own, `setcap cap_sys_ptrace=ep ${program}`)
    : "";
  return { commands, note };
}

function asRoot(own: OwnRights, command: string): string {
  return own.hasSudo ? `sudo ${command}` : `su -c ${quote(command)}`;
}

/** How to start a container that may trace its own processes, or to look into it from beside. */
function admitInContainer(kind: ContainerKind, hostname: string): string[] {
  switch (kind) {
    case "docker":
    case "podman":
      return [`${kind} run --cap-add=SYS_PTRACE IMAGE`];
    case "kubernetes":
      return [
        `kubectl debug -it ${hostname} --image=IMAGE --target=CONTAINER --profile=general`,
      ];
    case "lxc":
    case "other":
      return [];
  }
}

/** As it has to be called: an executable by its path, as sudo may not have it on its own. */
function nameProgram(): string {
  return Deno.build.standalone ? quote(Deno.execPath()) : "tachyon";
}

/** A word of a shell's. */
function quote(word: string): string {
  return /^[\w./+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function nameUser(user: number): string {
  return escapeForTerminal(machine.userName(user));
}
