/** The processes of a capture in our chunks, as JSON: their rows, and whose the threads are. */

import { PROCESS_ENDINGS, PROCESS_ROLES, type ProcessInfo } from "../profile/process.ts";
import type { Profile } from "../profile/profile.ts";
import { emptyQuality, type Quality } from "../profile/quality.ts";
import { ByteWriter } from "./byte_writer.ts";
import { type ChunkWriter, readJson, SECTION, type Sections } from "./chunk.ts";
import { Damage } from "./damage.ts";
import {
  oneOf,
  type Readers,
  readFields,
  readNumber,
  readOptional,
  readText,
  readTexts,
} from "./fields.ts";
import { MOST } from "./limits.ts";

/** Remembers what has been written of a profile's processes. */
export class ProcessWriter {
  readonly #written: ProcessInfo[] = [];
  #threads = 0;

  /** Adds rows that are new, have ended, or, in the last chunk, all. */
  write(chunk: ChunkWriter, { processes, threads }: Profile, last: boolean): void {
    const rows = processes.flatMap((info, id) => {
      // A row is replaced when it changes, but for its counts.
      if (!last && this.#written[id] === info) return [];
      this.#written[id] = info;
      return [{ id, ...info }];
    });
    if (rows.length > 0) chunk.addJson(SECTION.processes, rows);
    const owners = new ByteWriter();
    for (; this.#threads < threads.length; this.#threads++) {
      const { process } = threads[this.#threads]!;
      if (process === undefined) continue;
      owners.varint(this.#threads);
      owners.varint(process);
    }
    chunk.add(SECTION.owners, owners);
  }
}

/**
 * Adds the processes of a chunk, whose threads have been read, to a profile.
 * @throws Damage if an entry refers to none that is there.
 */
export function readProcesses(sections: Sections, { processes, threads }: Profile): void {
  const section = sections.get(SECTION.processes);
  const rows = section === undefined ? [] : readJson(section);
  if (!Array.isArray(rows)) throw new Damage("its processes are no list");
  for (const row of rows) {
    const { id, ...info } = readFields<Row>(ROW, row);
    if (!Number.isInteger(id) || id > Math.min(processes.length, MOST.threads)) {
      throw new Damage("a process is out of turn");
    }
    processes[id] = info;
  }
  const owners = sections.get(SECTION.owners);
  while (owners !== undefined && owners.left > 0) {
    const thread = owners.index(threads.length);
    threads[thread] = { ...threads[thread]!, process: owners.index(processes.length) };
  }
}

type Row = ProcessInfo & { readonly id: number };

const QUALITY: Readers<Quality> = {
  ticks: readNumber,
  missedTicks: readNumber,
  withheldTicks: readNumber,
  samples: readNumber,
  exact: readNumber,
  controlTried: readNumber,
  control: readNumber,
  retried: readNumber,
  repaired: readNumber,
  empty: readNumber,
  dropped: readNumber,
  filtered: readNumber,
  rejected: (value) =>
    emptyQuality().rejected.map((_, i) => readNumber(Array.isArray(value) ? value[i] : 0)),
};

const ROW: Readers<Row> = {
  id: readNumber,
  pid: readNumber,
  parent: readNumber,
  command: readTexts,
  pythonVersion: readText,
  role: (value) => oneOf(PROCESS_ROLES, value),
  startedUs: readNumber,
  endedUs: (value) => value === undefined ? undefined : readNumber(value),
  ending: (value) => oneOf(PROCESS_ENDINGS, value),
  quality: (value) => readOptional(QUALITY, value) ?? emptyQuality(),
};
