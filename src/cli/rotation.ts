/** A capture written in parts, each an output of its own, while sampling goes on. */

import type { FormatOptions } from "../../collectors/registry.ts";
import { PartProfile } from "../analysis/part_profile.ts";
import type { Summary } from "../profile/metadata.ts";
import type { Profile, SampleBatch } from "../profile/profile.ts";
import { emptyQuality, type Quality } from "../profile/quality.ts";
import type { Mark, PartListener } from "../sampler/capture.ts";
import type { OutputRequest } from "./destination.ts";
import { type Fault, isFault } from "./errors.ts";
import { type Exports, prepareExports, type Results } from "./exports.ts";
import { filterExports, type SampleFilter } from "./filters.ts";
import { keepParts } from "./kept_parts.ts";
import { report, summarizeCapture, tellFinished } from "./messages.ts";
import { findUnfitName, nameParts, tagPart } from "./part_names.ts";

/** When the next part begins, and how many are kept. */
export interface RotationOptions {
  /** Longest part, µs. */
  readonly everyUs?: number;
  /** Size of an output at which its part ends, bytes. */
  readonly maxBytes?: number;
  /** Parts that stay on disk; absent: all. */
  readonly keep?: number;
}

/** What is to be written in parts. */
export interface RotationRequest {
  readonly outputs: readonly OutputRequest[];
  readonly formatOptions: FormatOptions;
  readonly inputs: readonly string[];
  readonly filter?: SampleFilter;
  readonly rotation: RotationOptions;
  readonly quiet: boolean;
  /** For how long the machine has been asleep since the capture began, which its times do not have, µs. */
  readonly asleep: () => number;
}

/** The outputs of a capture in parts. A snapshot ends the part that is under way. */
export interface Rotation extends Exports {
  /** Must be told of the capture. */
  readonly parts: PartListener;
}

/** Longest time from one possible end of a part to the next, µs. */
const LONGEST_STEP = 1e6;

/** A part that is not written yet. */
interface OpenPart {
  readonly number: number;
  readonly slice: PartProfile;
  /** Absent where they could not be prepared. */
  readonly exports: Exports | undefined;
  readonly before: Quality;
  /** Where the next part begins. */
  end?: Mark;
  readonly waiting: ((results: Results) => void)[];
}

/** From one possible end of a part to the next, µs. They fall on the ends that were asked for. */
export function stepOf({ everyUs = LONGEST_STEP }: RotationOptions): number {
  return everyUs / Math.ceil(everyUs / LONGEST_STEP);
}

/** Prepares outputs in parts: names and places are checked now. */
export function rotateExports(request: RotationRequest): Rotation | Fault {
  const { outputs, rotation: { everyUs = Infinity, maxBytes = Infinity, keep }, quiet } = request;
  const unfit = findUnfitName(outputs);
  if (unfit !== undefined) return unfit;
  const tried = prepare(request, { number: 1, startedAt: Date.now(), pid: "PID" });
  if (isFault(tried)) return tried;
  const kept = keepParts(keep);
  const open: OpenPart[] = [];
  const failed: Fault[] = [];
  let closing = Promise.resolve();
  let settledUs = 0;
  let pid = "";
  let written = 0;
  let deaf = false;
  let toTurn: ((results: Results) => void)[] = [];

  function openPart(whole: Profile, fromUs: number, before: Quality): void {
    const number = (open.at(-1)?.number ?? 0) + 1;
    const startedAt = whole.metadata.startedAt + (fromUs + request.asleep()) / 1000;
    const part = { number, atUs: fromUs };
    const slice = new PartProfile(whole, fromUs, { ...whole.metadata, startedAt, part });
    const values = { number, startedAt, pid };
    const exports = prepare(request, values);
    const opened = { number, slice, before, waiting: [] };
    if (isFault(exports)) {
      report(exports);
      failed.push(exports);
      open.push({ ...opened, exports: undefined });
    } else {
      exports.begin(slice.profile, tagPart(values));
      open.push({ ...opened, exports });
    }
  }
  /** The part in which a time lies; what comes late goes to the oldest that is left. */
  function partAt(time: number): OpenPart {
    return open.find(({ end }) => end === undefined || time < end.timeUs)!;
  }
  /** Ends the oldest part; it is written behind those before it. */
  function closePart(after: Quality, summary: Summary): void {
    const part = open.shift()!;
    part.slice.close(part.before, after, open[0]?.slice);
    closing = closing.then(() => writePart(part, summary));
  }
  async function writePart(part: OpenPart, summary: Summary): Promise<void> {
    const { number, slice: { profile }, exports, waiting } = part;
    let results: Results = { finished: [], failed: [] };
    if (profile.quality.samples === 0) exports?.discard();
    else if (exports !== undefined) {
      results = await exports.finish(profile, summary);
      const { finished } = results;
      failed.push(...results.failed);
      kept.add(finished);
      if (finished.length > 0) written++;
      deaf = finished.length === outputs.length &&
        finished.every((one) => one.written === "closed");
      if (!quiet && finished.length > 0 && !deaf) {
        const how = summarizeCapture(exports.shown(profile), summary);
        tellFinished(`part ${number}: ${how}`, finished);
      }
    }
    for (const resolve of waiting) resolve(results);
  }
  const parts: PartListener = {
    lose: (time, ...loss) => partAt(time).slice.lose(time, ...loss),
    miss: (time, ticks) => partAt(time).slice.miss(time, ticks),
    mark(mark): void {
      settledUs = mark.settledUs;
      const newest = open.at(-1)!;
      const age = mark.timeUs - newest.slice.fromUs;
      // Names that tell the second must differ.
      if (age < LONGEST_STEP) return;
      const full = (newest.exports?.size() ?? 0) >= maxBytes;
      if (toTurn.length === 0 && age < everyUs && !full) return;
      newest.end = mark;
      newest.waiting.push(...toTurn);
      toTurn = [];
      openPart(newest.slice.whole, mark.timeUs, mark.quality);
    },
    drained(untilUs): void {
      const through = Math.min(settledUs, untilUs);
      while (open[0]?.end !== undefined && open[0].end.timeUs <= through) closeEnded();
    },
  };
  function closeEnded(): void {
    const { slice, end } = open[0]!;
    const durationUs = end!.timeUs - slice.fromUs;
    closePart(end!.quality, { durationUs, ending: "continued" });
  }
  return {
    parts,
    usesStdout: tried.usesStdout,
    snapshot: () => new Promise((resolve) => toTurn.push(resolve)),
    begin(profile, tag): void {
      if (open.length > 0) return;
      pid = tag;
      openPart(profile, 0, emptyQuality());
    },
    add(_, batch): void {
      for (let from = 0; from < batch.length;) {
        const part = partAt(batch.time[from]!);
        const to = endOf(batch, from, part.end?.timeUs ?? Infinity);
        const own = part.slice.add(batch, from, to);
        part.exports?.add(part.slice.profile, own);
        from = to;
      }
    },
    size: () => open.at(-1)?.exports?.size() ?? 0,
    shown: (profile) => profile,
    allFailed: () => deaf,
    async finish(profile, summary): Promise<Results> {
      while (open.length > 1) closeEnded();
      open[0]!.waiting.push(...toTurn);
      const { fromUs } = open[0]!.slice;
      const durationUs = Math.max(0, summary.durationUs - fromUs);
      closePart(profile.quality, { durationUs, ending: summary.ending });
      await closing;
      if (!quiet && written > 0) {
        tellFinished(`${written} parts, ${summarizeCapture(profile, summary)}`, []);
      }
      return { finished: [], failed };
    },
    discard(): void {
      for (const { exports } of open) exports?.discard();
      for (const resolve of toTurn) resolve({ finished: [], failed: [] });
    },
  };
}

function prepare(
  { outputs, formatOptions, inputs, filter }: RotationRequest,
  values: { readonly number: number; readonly startedAt: number; readonly pid: string },
): Exports | Fault {
  const exports = prepareExports(nameParts(outputs, values), formatOptions, { inputs });
  return isFault(exports) ? exports : filterExports(exports, filter);
}

/** Where the samples of a batch end that lie before a time. */
function endOf({ time, length }: SampleBatch, from: number, untilUs: number): number {
  let to = from + 1;
  while (to < length && time[to]! < untilUs) to++;
  return to;
}
