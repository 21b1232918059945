/** A capture of several processes, written as outputs of their own. */

import type { FormatOptions } from "../../collectors/registry.ts";
import { PartProfile } from "../analysis/part_profile.ts";
import { countProcesses } from "../analysis/process_counts.ts";
import type { Ending, Metadata, Summary } from "../profile/metadata.ts";
import type { ProcessEnding, ProcessInfo } from "../profile/process.ts";
import type { Profile, SampleBatch } from "../profile/profile.ts";
import type { PartListener } from "../sampler/capture.ts";
import type { OutputRequest } from "./destination.ts";
import { type Fault, isFault } from "./errors.ts";
import { type Exports, type Finished, prepareExports, type Results } from "./exports.ts";
import { filterExports, type SampleFilter } from "./filters.ts";
import { report } from "./messages.ts";
import { nameFor } from "./split_names.ts";

/** What has an output of its own: all together, each process, or all processes with one command line. */
export const WAYS = ["merged", "pid", "command"] as const;
export type Way = typeof WAYS[number];

/** What is to be written, and how. */
export interface SplitRequest {
  readonly by: Exclude<Way, "merged">;
  readonly outputs: readonly OutputRequest[];
  readonly formatOptions: FormatOptions;
  readonly inputs: readonly string[];
  readonly filter?: SampleFilter | undefined;
}

/** The outputs of all processes. */
export interface Split extends Exports {
  /** To be told of the capture, where it is under way. */
  readonly parts: PartListener;
}

/** Processes that are written together. */
interface Group {
  /** Their ids in the whole; none where processes are not told apart. */
  readonly processes: number[];
  readonly tag: string;
  readonly slice: PartProfile;
  /** Absent where they could not be prepared. */
  readonly exports: Exports | undefined;
}

/** Prepares outputs for processes that are to come: places are checked now as for the first of them. */
export function splitExports(request: SplitRequest): Split | Fault {
  const tried = prepare(request, "PID", true);
  if (isFault(tried)) return tried;
  const groups = new Map<string, Group>();
  /** By process. */
  const groupOf: Group[] = [];
  const failed: Fault[] = [];
  let whole: Profile | undefined;
  let ownTag = "";

  function findGroup(profile: Profile, thread: number): Group {
    const id = profile.threads[thread]?.process ?? -1;
    return groupOf[id + 1] ??= joinGroup(profile, id);
  }
  function joinGroup(profile: Profile, id: number): Group {
    const info = profile.processes[id];
    const key = info === undefined
      ? ""
      : request.by === "pid"
      ? String(id)
      : JSON.stringify(info.command);
    const known = groups.get(key);
    known?.processes.push(id);
    if (known !== undefined) return known;
    const tag = info === undefined ? ownTag : tagOf(info, groups);
    const isFirst = id <= 0 || request.by === "command" && key === keyOfFirst(profile);
    const exports = prepare(request, tag, isFirst);
    if (isFault(exports)) {
      report(exports);
      failed.push(exports);
    }
    const group = {
      processes: info === undefined ? [] : [id],
      tag,
      slice: new PartProfile(profile, info?.startedUs ?? 0, describe(profile.metadata, info)),
      exports: isFault(exports) ? undefined : exports,
    };
    group.exports?.begin(group.slice.profile, tag);
    groups.set(key, group);
    return group;
  }
  /** Those of whom anything is known, in the order in which they began. */
  function all(): Group[] {
    return [...groups.values()].sort((a, b) => (a.processes[0] ?? -1) - (b.processes[0] ?? -1));
  }
  async function writeAll(
    profile: Profile,
    summary: Summary,
    write: (group: Group, exports: Exports, summary: Summary) => Promise<Results>,
  ): Promise<Results> {
    const finished: Finished[] = [];
    const faults: Fault[] = [];
    for (const group of all()) {
      const { exports, slice } = group;
      const own = settle(group, profile, summary);
      if (slice.profile.quality.samples === 0) exports?.discard();
      else if (exports !== undefined) {
        const results = await write(group, exports, own);
        finished.push(...results.finished);
        faults.push(...results.failed);
      }
    }
    return { finished, failed: faults };
  }
  const running = (): Exports[] => [...groups.values()].flatMap(({ exports }) => exports ?? []);
  return {
    parts: {
      lose(time, thread, ...loss): void {
        if (whole !== undefined) findGroup(whole, thread).slice.lose(time, thread, ...loss);
      },
      miss(time, ticks): void {
        for (const { slice } of groups.values()) slice.miss(time, ticks);
      },
      mark(): void {},
      drained(): void {},
    },
    usesStdout: tried.usesStdout,
    begin(profile, tag): void {
      whole ??= profile;
      ownTag = tag;
    },
    add(profile, batch): void {
      for (const [group, own] of sortOut(batch, (thread) => findGroup(profile, thread))) {
        group.exports?.add(group.slice.profile, group.slice.add(own, 0, own.length));
      }
    },
    shown: (profile) => profile,
    size: () => Math.max(0, ...running().map((exports) => exports.size())),
    allFailed: () => groups.size > 0 && running().every((exports) => exports.allFailed()),
    async finish(profile, summary, follow): Promise<Results> {
      const results = await writeAll(
        profile,
        summary,
        (group, exports, own) => exports.finish(group.slice.profile, own, follow),
      );
      return { finished: results.finished, failed: [...failed, ...results.failed] };
    },
    snapshot: (profile, summary, number) =>
      writeAll(
        profile,
        summary,
        (group, exports, own) => exports.snapshot(group.slice.profile, own, number),
      ),
    discard(): void {
      for (const exports of running()) exports.discard();
    },
  };
}

function prepare(request: SplitRequest, tag: string, isFirst: boolean): Exports | Fault {
  const { outputs, formatOptions, inputs, filter } = request;
  const named = isFirst ? outputs : outputs.map((output) => nameFor(output, tag));
  const exports = prepareExports(named, formatOptions, { inputs });
  return isFault(exports) ? exports : filterExports(exports, filter);
}

/** The key of the group that the first process is in. */
function keyOfFirst({ processes }: Profile): string {
  return JSON.stringify(processes[0]?.command);
}

/** Its pid; a process that has started another program in its place has had it before. */
function tagOf({ pid }: ProcessInfo, groups: ReadonlyMap<string, Group>): string {
  const taken = new Set([...groups.values()].map(({ tag }) => tag));
  let tag = String(pid);
  for (let number = 2; taken.has(tag); number++) tag = `${pid}-${number}`;
  return tag;
}

function describe(metadata: Metadata, info: ProcessInfo | undefined): Metadata {
  if (info === undefined) return metadata;
  const { subprocesses: _, ...alone } = metadata;
  const { pid, command, pythonVersion, startedUs } = info;
  return {
    ...alone,
    pid,
    command,
    pythonVersion,
    startedAt: metadata.startedAt === 0 ? 0 : metadata.startedAt + startedUs / 1000,
  };
}

/** Takes over the counts of a group. Returns how it ended. */
function settle({ processes, slice }: Group, profile: Profile, summary: Summary): Summary {
  if (processes.length === 0) {
    slice.settle(profile.quality);
    return summary;
  }
  const infos = processes.map((id) => profile.processes[id]!);
  const { durationUs, quality } = countProcesses(infos, summary.durationUs);
  slice.settle(quality);
  const last = infos.reduce((a, b) => (b.endedUs ?? Infinity) > (a.endedUs ?? Infinity) ? b : a);
  const ending = ENDINGS[last.ending ?? "capture-ended"] ?? summary.ending;
  return { durationUs, ending };
}

/** What the ending of a process is for a capture of nothing else. */
const ENDINGS: Readonly<Partial<Record<ProcessEnding, Ending>>> = {
  ended: "target-ended",
  replaced: "target-replaced",
  "lost-access": "lost-access",
};

/** The samples of each group in a batch. */
function sortOut(
  batch: SampleBatch,
  groupOf: (thread: number) => Group,
): Map<Group, SampleBatch> {
  const places = new Map<Group, number[]>();
  for (let i = 0; i < batch.length; i++) {
    const group = groupOf(batch.thread[i]!);
    const own = places.get(group);
    if (own === undefined) places.set(group, [i]);
    else own.push(i);
  }
  const pick = <T extends Float64Array | Int32Array>(column: T, own: readonly number[]): T =>
    column.slice(0, own.length).map((_, i) => column[own[i]!]!) as T;
  return new Map(
    [...places].map(([group, own]) => [group, {
      length: own.length,
      time: pick(batch.time, own),
      thread: pick(batch.thread, own),
      stack: pick(batch.stack, own),
      flags: pick(batch.flags, own),
    }]),
  );
}
