import type { MachCalls } from "./calls.ts";
import { BSD_INFO, FLAVOR, readText, readWord, SZOMB, view } from "./structs.ts";

/** What the kernel tells everybody of a process. */
export interface BsdFacts {
  readonly pid: number;
  readonly parent: number;
  /** The process whose group it is in. */
  readonly group: number;
  /** It is in the group that its terminal listens to. */
  readonly inForeground: boolean;
  /** It has ended, and its parent has not asked yet. */
  readonly ended: boolean;
  /** The name of the program, as far as there is room: untrusted text. */
  readonly name: string;
  /** Effective, real and saved user. */
  readonly users: readonly number[];
  readonly groups: readonly number[];
  /** When it was started, µs of the wall clock. No process that gets its pid later has the same. */
  readonly startedUs: number;
}

const COMM_BYTES = 16;
const NAME_BYTES = 32;
/** NODEV, <sys/param.h>. */
const NO_DEVICE = 0xffff_ffff;

/** What is known of a process; or a negative errno. */
export function readFacts(calls: MachCalls, pid: number): BsdFacts | number {
  const info = new Uint8Array(BSD_INFO.size);
  const result = calls.processInfo(pid, FLAVOR.PROC_PIDTBSDINFO, 0, info);
  if (result < 0) return result;
  const told = view(info);
  const word = (at: number): number => told.getUint32(at, true);
  return {
    pid: word(BSD_INFO.pbi_pid),
    parent: word(BSD_INFO.pbi_ppid),
    group: word(BSD_INFO.pbi_pgid),
    inForeground: word(BSD_INFO.e_tdev) !== NO_DEVICE &&
      word(BSD_INFO.e_tpgid) === word(BSD_INFO.pbi_pgid),
    ended: word(BSD_INFO.pbi_status) === SZOMB,
    name: readText(info, BSD_INFO.pbi_name, NAME_BYTES) ||
      readText(info, BSD_INFO.pbi_comm, COMM_BYTES),
    users: [BSD_INFO.pbi_uid, BSD_INFO.pbi_ruid, BSD_INFO.pbi_svuid].map(word),
    groups: [BSD_INFO.pbi_gid, BSD_INFO.pbi_rgid, BSD_INFO.pbi_svgid].map(word),
    startedUs: readWord(told, BSD_INFO.pbi_start_tvsec) * 1e6 +
      readWord(told, BSD_INFO.pbi_start_tvusec),
  };
}
