import type { Column } from "../src/profile/tables.ts";
import type { Profile } from "../src/profile/profile.ts";
import type { Summary } from "../src/profile/metadata.ts";
import { type Bytes, type Collector, NOTHING } from "./collector.ts";
import { summarizeDoing } from "../src/analysis/thread_doing.ts";
import { listProcesses } from "./process_list.ts";
import { summarizeFunctions, summarizeProfile } from "./summary.ts";
import { encodeAscii, encodePieces } from "./text_pieces.ts";

/** Changes that a reader has to know of raise it; fields may be added without. */
const VERSION = 1;

/**
 * The `json` format: the profile in numbers, for programs. One object with what {@link summarizeProfile}
 * says, the threads with their samples, and the functions as {@link summarizeFunctions} gives them, one
 * a line. What is not known is null. Text is as the target has it, in JSON of printable ASCII.
 */
export function createJson(): Collector {
  return {
    begin: () => NOTHING,
    add: () => NOTHING,
    finish: (profile, summary): Bytes => encodePieces(renderJson(profile, summary)),
  };
}

function* renderJson(
  profile: Profile,
  summary: Summary,
): Generator<string> {
  const capture = summarizeProfile(profile, summary);
  const head = {
    format: "tachyon-summary",
    version: VERSION,
    ...capture,
    ...(profile.processes.length > 0 ? { processes: listProcesses(profile) } : {}),
    ...listThreads(profile),
  };
  yield `${encodeAscii(head).slice(0, -1)},"functions":[`;
  let separator = "\n";
  for (const row of summarizeFunctions(profile, capture)) {
    yield `${separator}${encodeAscii(row)}`;
    separator = ",\n";
  }
  yield "\n]}\n";
}

function listThreads(profile: Profile): { threads: readonly unknown[] } {
  const { threads, counts } = profile;
  const doing = summarizeDoing(profile);
  return {
    threads: threads.map(({ tid, name, interpreter, main, process }, thread) => ({
      tid: tid || null,
      name: name || null,
      interpreter,
      main,
      ...(process === undefined ? {} : { process }),
      samples: sumUp(counts[thread]),
      has_gil: doing[thread]!.hasGil,
      waits_for_gil: doing[thread]!.waitsForGil,
      on_cpu: doing[thread]!.onCpu,
      has_exception: doing[thread]!.hasException,
    })),
  };
}

function sumUp(column: Column | undefined): number {
  let sum = 0;
  column?.each((_, count) => sum += count);
  return sum;
}
