import type { Profile, SampleBatch } from "../src/profile/profile.ts";
import type { Metadata, Summary } from "../src/profile/metadata.ts";
import { FRAME_KINDS, NO_STACK } from "../src/profile/tables.ts";
import type { Bytes, Collector } from "./collector.ts";
import { FunctionTree } from "./function_tree.ts";
import { describeCapture } from "./header.ts";
import { encodeSource, JsonText } from "./json_text.ts";
import { nameStates, ThreadStates } from "./thread_states.ts";
import { nameProfile, nameThread, numberThreads, processOf, Steps } from "./time_line.ts";

/** Rows of states are numbered from here: above what systems give to threads. */
const STATE_ROWS = 3 << 29;

/** Facts of a capture that are shown beside its process. */
const LABELS = new Set(["mode", "rate", "lost"]);

/** Two rows of the view, of a thread's calls and of its states, and what is open in them. */
interface Track {
  readonly pid: number;
  readonly number: number;
  readonly calls: Row;
  readonly states: Row;
  node: number;
  state: number;
  /** Whether any state was known. */
  stated: boolean;
  last: number;
}

/** How events of a row begin, before their time. */
interface Row {
  readonly begin: Uint8Array;
  readonly end: Uint8Array;
}

/** What the events of a slice have after their time. */
interface Slice {
  readonly begin: Uint8Array;
  readonly end: Uint8Array;
}

/**
 * The `perfetto` format: Trace Event Format in JSON, as the document "Trace Event Format" of the
 * Chromium project has it, which ui.perfetto.dev and chrome://tracing open, and others (some of them
 * ask for names at the ends of slices). A call is a slice (`B` and `E`) over all samples of a thread that
 * follow each other and have it on the stack with the same callers; a line that changes does not end it.
 * What is known of the thread's state is a row of its own. Times are µs since the first tick; where too
 * many readings are missing ({@link Steps}) a row is blank. Nothing but tables is held: events go out as
 * samples come in.
 */
export function createPerfetto(): Collector {
  const tree = new FunctionTree();
  const states = new ThreadStates();
  const text = new JsonText();
  const tracks: (Track | undefined)[] = [];
  const callSlices: Slice[] = [];
  const stateSlices = new Map<number, readonly Slice[]>();
  let numbers: readonly number[] = [];
  let steps: Steps;
  let pid = 1;

  function createTrack(profile: Profile, thread: number, time: number): Track {
    if (numbers.length <= thread) numbers = numberThreads(profile);
    const number = numbers[thread] ?? 0;
    const owner = processOf(profile, profile.threads[thread]!)?.pid ?? pid;
    return tracks[thread] = {
      pid: owner,
      number,
      calls: describeRow(owner, number),
      states: describeRow(owner, STATE_ROWS + thread),
      node: NO_STACK,
      state: 0,
      stated: false,
      last: time,
    };
  }
  function begin(row: Row, time: number, slice: Slice): void {
    text.bytes(row.begin).integer(time).bytes(slice.begin);
  }
  function end(row: Row, time: number, slice: Slice): void {
    text.bytes(row.end).integer(time).bytes(slice.end);
  }
  function describeCalled(profile: Profile, node: number): Slice {
    const called = tree.nodes.frame.at(node);
    return callSlices[called] ??= describeCall(profile, tree.frameOf[called]!);
  }
  /** Ends the calls that are over and begins those that are new. */
  function call(profile: Profile, track: Track, node: number, time: number): void {
    if (node === track.node) return;
    const common = tree.meet(node, track.node);
    for (let at = track.node; at !== common; at = tree.nodes.prefix.at(at)) {
      end(track.calls, time, describeCalled(profile, at));
    }
    const added: number[] = [];
    for (let at = node; at !== common; at = tree.nodes.prefix.at(at)) added.push(at);
    for (let i = added.length - 1; i >= 0; i--) {
      begin(track.calls, time, describeCalled(profile, added[i]!));
    }
    track.node = node;
  }
  function describeStates(state: number): readonly Slice[] {
    let slices = stateSlices.get(state);
    if (slices === undefined) {
      slices = nameStates(state).map((name) => describeSlice({ name, cat: "state" }));
      stateSlices.set(state, slices);
    }
    return slices;
  }
  /** Ends the state that is over and begins the new one. */
  function change(track: Track, state: number, time: number): void {
    if (state === track.state) return;
    for (const slice of describeStates(track.state).toReversed()) end(track.states, time, slice);
    for (const slice of describeStates(state)) begin(track.states, time, slice);
    track.state = state;
    track.stated = true;
  }
  function blank(profile: Profile, track: Track, time: number): void {
    call(profile, track, NO_STACK, time);
    change(track, 0, time);
  }
  return {
    *begin(metadata: Metadata): Bytes {
      steps = new Steps(metadata);
      if (metadata.pid > 0) pid = metadata.pid;
      yield encodeSource(
        `{"displayTimeUnit":"ms","traceEvents":[\n` +
          describe(pid, 0, "process_name", { name: nameProfile(metadata) }),
      );
    },
    *add(profile: Profile, batch: SampleBatch): Bytes {
      tree.grow(profile);
      states.learn(batch);
      for (let i = 0; i < batch.length; i++) {
        const thread = batch.thread[i]!;
        const time = Math.round(batch.time[i]!);
        const track = tracks[thread] ?? createTrack(profile, thread, time);
        const until = steps.endBefore(track.last, time);
        if (until < time) blank(profile, track, Math.round(until));
        call(profile, track, tree.nodeOf(batch.stack[i]!), time);
        change(track, states.of(batch.flags[i]!), time);
        track.last = time;
        if (text.full) yield text.take();
      }
      if (text.length > 0) yield text.take();
    },
    *finish(profile: Profile, summary: Summary): Bytes {
      for (const [thread, track] of tracks.entries()) {
        if (track === undefined) continue;
        // A copy: it may go on.
        blank(profile, { ...track }, Math.round(steps.endLast(track.last)));
        const name = nameThread(profile.threads[thread]!);
        nameRow(track.pid, track.number, name, thread * 2);
        if (track.stated) {
          nameRow(track.pid, STATE_ROWS + thread, `${name}: state`, thread * 2 + 1);
        }
        yield text.take();
      }
      for (const process of profile.processes) {
        if (process.pid === pid) continue;
        const name = nameProfile({ ...profile.metadata, ...process });
        text.source(`,\n${describe(process.pid, 0, "process_name", { name })}`);
        yield text.take();
      }
      const facts = describeCapture(profile, summary);
      const labels = facts.filter(([label]) => LABELS.has(label)).map(([, fact]) => fact).join(
        "; ",
      );
      yield encodeSource(
        `,\n${describe(pid, 0, "process_labels", { labels })}\n],"otherData":${
          JSON.stringify(Object.fromEntries(facts))
        }}\n`,
      );
    },
  };

  function nameRow(pid: number, number: number, name: string, place: number): void {
    text.source(`,\n${describe(pid, number, "thread_name", { name })}`);
    text.source(`,\n${describe(pid, number, "thread_sort_index", { sort_index: place })}`);
  }
}

function describeRow(pid: number, number: number): Row {
  const rest = `"pid":${pid},"tid":${number},"ts":`;
  return {
    begin: encodeSource(`,\n{"ph":"B",${rest}`),
    end: encodeSource(`,\n{"ph":"E",${rest}`),
  };
}

function describeCall({ strings, frames }: Profile, frame: number): Slice {
  const cat = FRAME_KINDS[frames.kind.at(frame)] ?? "synthetic";
  const name = strings[frames.name.at(frame)] ?? "";
  if (cat !== "python") return describeSlice({ name, cat });
  const line = frames.firstLine.at(frame);
  const file = strings[frames.file.at(frame)] ?? "";
  return describeSlice({ name, cat, args: { file, ...(line > 0 ? { line } : {}) } });
}

function describeSlice(about: { name: string; cat: string; args?: object }): Slice {
  const { name } = about;
  return {
    begin: encodeSource(`,${JSON.stringify(about).slice(1)}`),
    end: encodeSource(`,${JSON.stringify({ name }).slice(1)}`),
  };
}

/** An event that says something of a process or a row. */
function describe(pid: number, tid: number, name: string, args: object): string {
  return JSON.stringify({ ph: "M", pid, tid, ts: 0, name, cat: "__metadata", args });
}
