/**
 * What `ps` and `doctor` ask of an operating system besides memory: which processes there are, and what
 * the system lets us do. Nothing here reads a target's memory. `ffi/<os>` implements it.
 */

/** A process, as the system's table of processes shows it to everybody. */
export interface ProcessFacts {
  readonly pid: number;
  /** Its parent; 0 where that is outside of what we see. */
  readonly parent: number;
  /** The system's short name; untrusted text. */
  readonly name: string;
  readonly threads: number;
  /** Time since it was started, ms. */
  readonly uptimeMs: number;
  /** CPU time that it has used so far, all threads together, ms. */
  readonly cpuMs: number;
}

/** Whether a process has an interpreter or library of Python's mapped; "hidden" if we may not see that. */
export type Likeness = "python" | "other" | "hidden";

/** What we ourselves may do, and where we are. */
export interface OwnRights {
  /** Our effective user. */
  readonly user: number;
  /** CAP_SYS_PTRACE is in effect: processes of other users can be read. */
  readonly mayTrace: boolean;
  /** CAP_SYS_PTRACE may be had by programs we start with more rights; false in a container without it. */
  readonly tracingAllowed: boolean;
  /** CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE is in effect: mapped files can be opened after they were deleted. */
  readonly mayOpenMapped: boolean;
  /** Setting of the Yama security module, 0 to 3; absent where there is none. */
  readonly ptraceScope?: number;
  /** System calls are filtered (seccomp). */
  readonly filtered: boolean;
  /** Reading our own memory as that of a process works; what the system said if not. */
  readonly readFailure?: string;
  /** Users are those of the whole machine, not of a user namespace. */
  readonly realUsers: boolean;
  /** Pids are those of the whole machine as far as one can see, not of a container. */
  readonly realPids: boolean;
  /** `/proc` shows other users' processes. */
  readonly seesAll: boolean;
  /** What we run in. */
  readonly container?: ContainerKind;
  /** The name by which the container's manager knows it, as a rule. */
  readonly hostname: string;
  /** CPUs that we may use, and all. */
  readonly cpus: { readonly allowed: number; readonly all: number };
  readonly hasSudo: boolean;
  /** Label by a security module such as AppArmor or SELinux; empty for none. */
  readonly label: string;
  /** macOS: we were signed as a program that may look into others. */
  readonly isDebugger?: boolean;
}

/** A kind of container that leaves traces. */
export type ContainerKind = "docker" | "podman" | "kubernetes" | "lxc" | "other";

/** What is known of a process that has to do with the right to read it. Absent: the system does not tell. */
export interface TargetRights {
  readonly pid: number;
  /** Its user ids, all of which have to be ours if we have no more rights. */
  readonly users: readonly number[];
  readonly groups: readonly number[];
  /** It has capabilities that we have not. */
  readonly outranks: boolean;
  /** It may be looked into by its own user: false for setuid programs and those that forbid it. */
  readonly dumpable?: boolean;
  /** It was started by us, or by one that we have started. */
  readonly descends: boolean;
  readonly sameUsers?: boolean;
  readonly samePids: boolean;
  readonly sameMounts?: boolean;
  /** The process that traces it; 0 for none. */
  readonly tracer: number;
  /** The pid that it knows itself by. */
  readonly ownPid: number;
  readonly label: string;
  /**
   * macOS: it was signed so that others are kept out: as a part of the system, from everybody; with the hardened
   * runtime, as its makers have not let debuggers in, from all but those that were signed for it.
   */
  readonly guard?: "system" | "hardened";
}

/** A machine's processes and its rules. */
export interface Machine {
  /** Name and version of the system: `Linux 6.12.3, x86_64`. */
  readonly system: string;
  /** All processes that we see, but those of the kernel and those that have ended. */
  processes(): ProcessFacts[];
  /** Whether Python is mapped in a process. */
  likeness(pid: number): Likeness;
  /** The version in the name of what is mapped: `3.6`. */
  versionByName(pid: number): string | undefined;
  /** What a process executes: text that changes when it starts another program; empty when it is gone or hidden. */
  executable(pid: number): string;
  /** Text that is the same for processes that run the same executable file; empty if we may not know. */
  executableId(pid: number): string;
  /** A process's command line, untrusted text; empty when it cannot be read. */
  command(pid: number): string[];
  /** The real user of a process; undefined when it is gone. */
  user(pid: number): number | undefined;
  /** The name of a user; its number where it has none here. */
  userName(user: number): string;
  /** A process and all its descendants, parents first. */
  tree(pid: number): number[];
  /** Processes in pid namespaces of their own that know themselves by a pid. */
  pidsInside(ownPid: number): number[];
  /**
   * Whether a Ctrl-C of our terminal reaches what we start without us. Absent on Linux, where `/proc/self/stat`
   * tells, and on Windows, where it always does.
   */
  sharesTerminal?(): boolean;
  ownRights(): OwnRights;
  /** Undefined when there is no such process, or it is not shown to us. */
  targetRights(pid: number): TargetRights | undefined;
}
