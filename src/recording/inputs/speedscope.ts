/**
 * speedscope's own format, https://www.speedscope.app/file-format-schema.json: a profile for each
 * thread, either samples with weights or the times at which frames open and close.
 */

import type { Profile, SampleBatch } from "../../profile/profile.ts";
import { Column, NO_STACK } from "../../profile/tables.ts";
import { Damage } from "../damage.ts";
import { createForeign, type InputFault, NO_SAMPLES, type StackInput } from "./input.ts";
import { Interner, kindOfName } from "./interner.ts";
import { asIndex, asList, asNumber, asObject, countOr, isObject, type JsonObject } from "./json.ts";
import { textOr } from "./json.ts";
import { chooseSpacing, sampleSpans, type Spacing, Spans } from "./spans.ts";

/** µs in the units of time that the format has. */
const UNITS: Readonly<Record<string, number>> = {
  seconds: 1e6,
  milliseconds: 1e3,
  microseconds: 1,
  nanoseconds: 1e-3,
};
const MOST_COUNT = 0x7fff_ffff;

/** Whether JSON is a file of this format. */
export function isSpeedscope(json: unknown): json is JsonObject {
  return isObject(json) && Array.isArray(json["profiles"]) && isObject(json["shared"]);
}

/** Opens such a file. Throws {@link Damage} where it does not hold together. */
export function openSpeedscope(json: JsonObject): StackInput | InputFault {
  const profiles = asList(json["profiles"], "the list of profiles")
    .map((profile) => asObject(profile, "a profile"));
  const exporter = textOr(json["exporter"], "");
  const units = new Set(profiles.map((profile) => textOr(profile["unit"], "none")));
  const [unit = "none", ...others] = units;
  if (others.length > 0) return unsuitable("has profiles of several units");
  if (unit !== "none" && UNITS[unit] === undefined) return unsuitable(`is about ${unit}, not time`);

  const known = {
    toolVersion: exporter === "" ? "" : `(${exporter})`,
    allThreads: profiles.length > 1,
  };
  // The interval stands in the metadata, so the times are looked at before there is a profile.
  const us = UNITS[unit];
  if (us === undefined) return countAlone(json, profiles, createForeign("speedscope", known));
  const frames = asList(asObject(json["shared"], "shared")["frames"], "the list of frames");
  const spacing = chooseSpacing(
    profiles.map((profile) =>
      readSpans(profile, us, (_, frame) => {
        asIndex(frame, frames.length, "a frame");
        return 0;
      })
    ),
  );
  const profile = createForeign("speedscope", { ...known, intervalUs: spacing.intervalUs });
  return openTimes(json, profiles, profile, us, spacing);
}

function openTimes(
  json: JsonObject,
  profiles: readonly JsonObject[],
  profile: Profile,
  us: number,
  { intervalUs, natural }: Spacing,
): StackInput {
  const interner = new Interner(profile);
  const frameOf = internFrames(json, interner);
  const threads = profiles.map((source) => {
    addThread(profile, source);
    return readSpans(source, us, (prefix, frame) => {
      return interner.stack(prefix, frameOf[asIndex(frame, frameOf.length, "a frame")]!);
    });
  });
  const starts = threads.flatMap(({ starts }) => starts.slice(0, 1));
  const from = starts.reduce((a, b) => Math.min(a, b), starts[0] ?? 0);
  const end = threads.reduce((latest, spans) => Math.max(latest, spans.end), from);
  let read = 0;
  return {
    kind: "speedscope",
    knows: "samples",
    profile,
    *read(): Iterable<SampleBatch> {
      if (intervalUs > 0) {
        for (const batch of sampleSpans(threads, intervalUs, from)) {
          profile.add(batch);
          profile.quality.samples += batch.length;
          read = batch.time.at(-1)!;
          yield batch;
        }
      }
      // Stretches that are cut in pieces say nothing of what chance would give.
      if (!natural) profile.runs.samples.length = 0;
      read = end - from;
    },
    progress: () => end > from ? Math.min(1, read / (end - from)) : 1,
    summary: () => ({
      durationUs: end - from,
      ending: "target-ended",
    }),
    notes: () =>
      natural ? [] : [
        `Its stretches of time were cut into samples of ${Number(intervalUs.toPrecision(3))} μs.`,
      ],
  };
}

/** Without a unit, weights are numbers of samples. */
function countAlone(
  json: JsonObject,
  profiles: readonly JsonObject[],
  profile: Profile,
): StackInput {
  const interner = new Interner(profile);
  const frameOf = internFrames(json, interner);
  for (const source of profiles) {
    const column = profile.counts[addThread(profile, source)] = new Column();
    if (source["type"] !== "sampled") throw new Damage("it has events, but no unit of time");
    forEachSample(source, (frames, weight) => {
      let stack = NO_STACK;
      for (const frame of frames) {
        stack = interner.stack(stack, frameOf[asIndex(frame, frameOf.length, "a frame")]!);
      }
      const count = Math.round(weight);
      if (stack === NO_STACK || count <= 0) return;
      if (column.at(stack) + count > MOST_COUNT) throw new Damage("its counts are too large");
      column.add(stack, count);
      profile.quality.samples += count;
    });
  }
  return {
    kind: "speedscope",
    knows: "counts",
    profile,
    *read(): Iterable<SampleBatch> {
      yield NO_SAMPLES;
    },
    progress: () => 1,
    summary: () => ({ durationUs: 0, ending: "target-ended" }),
    notes: () => [],
  };
}

function internFrames(json: JsonObject, interner: Interner): readonly number[] {
  const own = /^tachyon\b/.test(textOr(json["exporter"], ""));
  const frames = asList(asObject(json["shared"], "shared")["frames"], "the list of frames");
  return frames.map((value) => {
    const frame = asObject(value, "a frame");
    const name = textOr(frame["name"], "");
    const file = textOr(frame["file"], "");
    const line = Math.min(Math.floor(countOr(frame["line"], 0)), MOST_COUNT);
    return interner.frame({
      file: file === "" ? "~" : file,
      name,
      line,
      // Ours say where functions begin; others where they are.
      ...(own ? { firstLine: line } : {}),
      kind: file === "" ? kindOfName(name) : "python",
    });
  });
}

/** Adds the thread of a profile and returns its index. Where nothing tells its number, it is counted. */
function addThread(profile: Profile, source: JsonObject): number {
  const name = textOr(source["name"], "");
  const index = profile.threads.length;
  const tid = Number(/^Thread-(\d{1,9})$/.exec(name)?.[1] ?? index + 1);
  return profile.threads.push({ tid, name, interpreter: 0, main: index === 0 }) - 1;
}

function forEachSample(
  source: JsonObject,
  take: (frames: readonly unknown[], weight: number) => void,
): void {
  const samples = asList(source["samples"], "the list of samples");
  const weights = asList(source["weights"], "the list of weights");
  if (samples.length !== weights.length) {
    throw new Damage("it has not as many weights as samples");
  }
  for (const [i, sample] of samples.entries()) {
    const weight = asNumber(weights[i], "a weight");
    if (weight < 0) throw new Damage("a weight is less than nothing");
    take(asList(sample, "a sample"), weight);
  }
}

/** A profile's stacks over time. `push` gives the stack of a frame on another. */
function readSpans(
  source: JsonObject,
  us: number,
  push: (prefix: number, frame: unknown) => number,
): Spans {
  const spans = new Spans();
  let now = asNumber(source["startValue"] ?? 0, "the start") * us;
  if (source["type"] === "sampled") {
    forEachSample(source, (frames, weight) => {
      spans.add(now, frames.reduce<number>((stack, frame) => push(stack, frame), NO_STACK));
      now += weight * us;
      spans.finish(now);
    });
    return spans;
  }
  if (source["type"] !== "evented") throw new Damage("a profile is of a kind that is not known");
  const open: { frame: unknown; stack: number }[] = [];
  for (const value of asList(source["events"], "the list of events")) {
    const event = asObject(value, "an event");
    const at = asNumber(event["at"], "the time of an event") * us;
    if (event["type"] === "O") {
      const stack = push(open.at(-1)?.stack ?? NO_STACK, event["frame"]);
      open.push({ frame: event["frame"], stack });
    } else if (event["type"] !== "C" || open.pop()?.frame !== event["frame"]) {
      throw new Damage("its frames do not close in the order in which they opened");
    }
    spans.add(at, open.at(-1)?.stack ?? NO_STACK);
    spans.finish(at);
  }
  spans.finish(Math.max(spans.end, asNumber(source["endValue"] ?? 0, "the end") * us));
  return spans;
}

function unsuitable(detail: string): InputFault {
  return { fault: "unsuitable", detail };
}
