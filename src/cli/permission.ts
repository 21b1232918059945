/** Advice for people who may not read a process, from what this machine says about it. */

/** What to do when the system denies access to a process; a few sentences. */
export function advisePermission(pid: number): string {
  const advice: string[] = [];
  const owner = readOwner(pid);
  const own = Deno.uid();
  if (owner !== undefined && own !== null && owner !== own) {
    advice.push(`It belongs to another user (uid ${owner}, we are ${own}): only root may read it.`);
  }
  advice.push(
    "Run tachyon as the user of that process, with sudo, or with the capability CAP_SYS_PTRACE.",
  );
  const scope = readText("/proc/sys/kernel/yama/ptrace_scope")?.trim();
  if (scope !== undefined && scope !== "0") {
    advice.push(
      `Here kernel.yama.ptrace_scope is ${scope}: without sudo only programs that tachyon starts ` +
        "itself can be read (`tachyon run`).",
    );
  }
  if (inContainer()) {
    advice.push("In Docker, start the container with --cap-add=SYS_PTRACE.");
  }
  return advice.join(" ");
}

/** What to do when a process that we may read cannot be traced. */
export function adviseTracing(hasTracer: boolean): string {
  if (hasTracer) return "End the debugger or tracer, or leave out `--blocking`.";
  const scope = readText("/proc/sys/kernel/yama/ptrace_scope")?.trim();
  const setting = scope === undefined || scope === "0"
    ? ""
    : ` Here kernel.yama.ptrace_scope is ${scope}, which keeps it to root or to programs that allow it.`;
  return `Leave out \`--blocking\`, or run tachyon with sudo or CAP_SYS_PTRACE.${setting}`;
}

/** The real user id of a process. */
function readOwner(pid: number): number | undefined {
  const uid = /^Uid:\s+(\d+)/m.exec(readText(`/proc/${pid}/status`) ?? "")?.[1];
  return uid === undefined ? undefined : Number(uid);
}

function inContainer(): boolean {
  if (readText("/.dockerenv") !== undefined || readText("/run/.containerenv") !== undefined) {
    return true;
  }
  return /docker|kubepods|containerd|libpod/.test(readText("/proc/self/cgroup") ?? "");
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
