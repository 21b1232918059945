import { readText } from "./process_list.ts";

/** Capabilities by their numbers in <linux/capability.h>. */
export const CAPABILITY = { ptrace: 19n, admin: 21n, checkpoint: 40n } as const;

/** The fields of `/proc/PID/status` that rights depend on (proc_pid_status(5)). */
export interface Status {
  /** Real, effective, saved and file system user. */
  readonly users: readonly number[];
  readonly groups: readonly number[];
  readonly capabilities: {
    readonly permitted: bigint;
    readonly effective: bigint;
    readonly bounding: bigint;
  };
  readonly filtered: boolean;
  readonly tracer: number;
  /** Its pid in each pid namespace from ours inwards. */
  readonly pids: readonly number[];
  /** CPUs that it may use. */
  readonly cpus: number;
}

/** Reads the status of a process; undefined when it is gone, or not shown to us. */
export function readStatus(directory: string): Status | undefined {
  const text = readText(`${directory}/status`);
  if (text === "") return undefined;
  const field = (name: string): string =>
    new RegExp(`^${name}:\\s*(.*)$`, "m").exec(text)?.[1] ?? "";
  const numbers = (name: string): number[] =>
    field(name).split(/\s+/).filter((word) => word !== "").map(Number);
  const mask = (name: string): bigint => BigInt(`0x${field(name) || "0"}`);
  return {
    users: numbers("Uid"),
    groups: numbers("Gid"),
    capabilities: {
      permitted: mask("CapPrm"),
      effective: mask("CapEff"),
      bounding: mask("CapBnd"),
    },
    filtered: field("Seccomp") === "2",
    tracer: Number(field("TracerPid")),
    pids: numbers("NSpid"),
    cpus: countCpus(field("Cpus_allowed_list")),
  };
}

/** Whether a set of capabilities holds one. */
export function holds(set: bigint, capability: bigint): boolean {
  return ((set >> capability) & 1n) === 1n;
}

/** `0-3,8` → 5. */
function countCpus(list: string): number {
  let count = 0;
  for (const range of list.split(",")) {
    const [first = 0, last = first] = range.split("-").map(Number);
    count += last - first + 1;
  }
  return count;
}
