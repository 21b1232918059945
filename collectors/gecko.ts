import type { Profile, SampleBatch } from "../src/profile/profile.ts";
import type { Metadata, Summary } from "../src/profile/metadata.ts";
import { Column, FRAME_KINDS, NO_STACK } from "../src/profile/tables.ts";
import { type Bytes, type Collector, type CollectorTools, NOTHING } from "./collector.ts";
import { GC_RUNS, GeckoMarkers } from "./gecko_markers.ts";
import { describeMeta } from "./gecko_meta.ts";
import { writeShared } from "./gecko_tables.ts";
import { encodeSource, JsonColumn } from "./json_text.ts";
import { ThreadStates } from "./thread_states.ts";
import { nameProfile, nameThread, numberThreads, processOf, Steps } from "./time_line.ts";

const NULL = encodeSource("null");
const GC = FRAME_KINDS.indexOf("gc");

/** What is known of a thread so far. */
interface Track {
  readonly stack: JsonColumn;
  readonly time: JsonColumn;
  readonly markers: GeckoMarkers;
  readonly startedAt: number;
  last: number;
}

/**
 * The `gecko` format: the processed profile format of the Firefox Profiler, version 61, as its
 * `src/types/profile.ts` and `docs-developer/CHANGELOG-formats.md` have it; profiler.firefox.com brings it
 * up to its own version. Every sample is kept, with its time in ms since the first tick. Intervals in
 * which a thread's state stays the same are markers. Where too many readings are missing ({@link Steps})
 * markers end, and samples without a stack stand for the hole. Columns are put aside as samples come, so
 * memory follows the number of different stacks.
 */
export function createGecko(_options: unknown, tools: CollectorTools): Collector {
  const states = new ThreadStates();
  const collecting = new Column(1024);
  const opcodeData: Uint8Array[] = [];
  const tracks: (Track | undefined)[] = [];
  let steps: Steps;

  function createTrack(thread: number, time: number): Track {
    return tracks[thread] = {
      stack: new JsonColumn(tools.createSpool()),
      time: new JsonColumn(tools.createSpool()),
      markers: new GeckoMarkers(tools, opcodeData),
      startedAt: time,
      last: time,
    };
  }
  function keep(track: Track, time: number, stack: number): void {
    track.time.next().milliseconds(time);
    if (stack === NO_STACK) track.stack.next().bytes(NULL);
    else track.stack.next().integer(stack);
  }
  /** The viewer draws a sample half the way to the next one: a hole has an empty sample at both ends. */
  function skip(profile: Profile, track: Track, from: number, to: number): void {
    track.markers.end(profile, from);
    const end = to - profile.metadata.intervalUs;
    keep(track, from, NO_STACK);
    if (end > from) keep(track, end, NO_STACK);
  }
  /** Finds out of new stacks whether the garbage collector runs in them. */
  function grow({ frames, stacks }: Profile): void {
    for (let stack = collecting.length; stack < stacks.length; stack++) {
      const caller = stacks.prefix.at(stack);
      const runs = frames.kind.at(stacks.frame.at(stack)) === GC ||
        caller !== NO_STACK && collecting.at(caller) === 1;
      collecting.push(runs ? 1 : 0);
    }
  }
  return {
    begin(metadata: Metadata): Bytes {
      steps = new Steps(metadata);
      return NOTHING;
    },
    add(profile: Profile, batch: SampleBatch): Bytes {
      grow(profile);
      states.learn(batch);
      for (let i = 0; i < batch.length; i++) {
        const time = batch.time[i]!;
        const stack = batch.stack[i]!;
        const track = tracks[batch.thread[i]!] ?? createTrack(batch.thread[i]!, time);
        const until = steps.endBefore(track.last, time);
        if (until < time) skip(profile, track, until, time);
        keep(track, time, stack);
        const gc = stack !== NO_STACK && collecting.at(stack) === 1 ? GC_RUNS : 0;
        track.markers.sample(profile, time, states.of(batch.flags[i]!) | gc, stack);
        track.last = time;
      }
      return NOTHING;
    },
    *finish(profile: Profile, summary: Summary): Bytes {
      const ends = tracks.map((track) => track === undefined ? 0 : steps.endLast(track.last));
      const meta = describeMeta(profile, summary, ends.reduce((a, b) => Math.max(a, b), 0));
      yield encodeSource(`{"meta":${JSON.stringify(meta)},"libs":[],`);
      yield* writeShared(profile);
      yield encodeSource(`,"threads":[`);
      const numbers = numberThreads(profile);
      let separator = "";
      for (const [thread, track] of tracks.entries()) {
        if (track === undefined) continue;
        yield encodeSource(`${separator}{`);
        yield* writeThread(profile, thread, numbers[thread]!, track, ends[thread]!);
        separator = ",";
      }
      yield encodeSource("]}\n");
    },
  };
}

function* writeThread(
  profile: Profile,
  index: number,
  tid: number,
  track: Track,
  end: number,
): Bytes {
  const { metadata } = profile;
  const thread = profile.threads[index]!;
  const process = processOf(profile, thread);
  const about = {
    processType: "default",
    processStartupTime: 0,
    processShutdownTime: null,
    processName: nameProfile({ ...metadata, ...process }),
    registerTime: track.startedAt / 1000,
    unregisterTime: null,
    pausedRanges: [],
    name: nameThread(thread),
    isMainThread: thread.main,
    pid: String(process?.pid ?? metadata.pid),
    tid,
    showMarkersInTimeline: true,
  };
  yield encodeSource(`${JSON.stringify(about).slice(1, -1)},"samples":{"stack":[`);
  yield* track.stack.read();
  yield encodeSource(`],"time":[`);
  yield* track.time.read();
  yield encodeSource(`],"weight":null,"weightType":"samples","length":${track.time.length}},`);
  yield* track.markers.read(profile, end);
  yield encodeSource("}");
}
