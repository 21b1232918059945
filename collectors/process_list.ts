import type { Profile } from "../src/profile/profile.ts";
import { rejectedTotal } from "../src/profile/quality.ts";

/** A process as formats for programs tell of it. */
export interface ListedProcess {
  readonly pid: number;
  readonly parent: number | null;
  readonly command: readonly string[];
  readonly python_version: string | null;
  readonly role: string | null;
  readonly started_us: number;
  readonly ended_us: number | null;
  readonly ending: string | null;
  readonly samples: number;
  readonly ticks: number;
  readonly missed_ticks: number;
  readonly withheld_ticks: number;
  readonly rejected: number;
}

/** The processes of a profile by their ids; none where they are not told apart. */
export function listProcesses({ processes }: Profile): ListedProcess[] {
  return processes.map((process) => ({
    pid: process.pid,
    parent: process.parent || null,
    command: process.command,
    python_version: process.pythonVersion || null,
    role: process.role ?? null,
    started_us: process.startedUs,
    ended_us: process.endedUs ?? null,
    ending: process.ending ?? null,
    samples: process.quality.samples,
    ticks: process.quality.ticks,
    missed_ticks: process.quality.missedTicks,
    withheld_ticks: process.quality.withheldTicks,
    rejected: rejectedTotal(process.quality),
  }));
}
