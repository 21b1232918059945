import type { Profile, SampleBatch } from "../src/profile/profile.ts";
import type { Metadata, Summary } from "../src/profile/metadata.ts";
import { FRAME_KINDS, NO_STACK } from "../src/profile/tables.ts";
import type { Bytes, Collector, CollectorTools } from "./collector.ts";
import { FunctionTree } from "./function_tree.ts";
import { describeCapture } from "./header.ts";
import { encodeSource, encodeString, JsonColumn, JsonText, writeElements } from "./json_text.ts";
import { nameAmongAll, nameProfile, Steps } from "./time_line.ts";

const OPEN = encodeSource("[");
const CLOSE = encodeSource("]");

/** What is known of a thread so far. */
interface Track {
  readonly samples: JsonColumn;
  readonly weights: JsonColumn;
  readonly startedAt: number;
  /** Node of the run of equal samples that goes on, when it began, and its last sample. */
  node: number;
  since: number;
  last: number;
}

/**
 * The `speedscope` format: https://www.speedscope.app/file-format-schema.json, of version 1.x of
 * speedscope. One `sampled` profile a thread, in µs; frames are functions, at the line where their
 * definition begins. Equal samples that follow each other are one, weighted with the time until the
 * next other one; where too many readings are missing ({@link Steps}) stands an empty stack. Memory
 * follows the number of different stacks.
 */
export function createSpeedscope(_options: unknown, tools: CollectorTools): Collector {
  const tree = new FunctionTree();
  const stacks = new StackText(tree);
  const tracks: (Track | undefined)[] = [];
  let steps: Steps;

  function endRun(track: Track, end: number): void {
    if (end <= track.since) return;
    stacks.write(track.samples.next(), track.node);
    track.weights.next().integer(end - track.since);
    track.since = end;
  }
  function sample(thread: number, node: number, time: number): void {
    const track = tracks[thread];
    if (track === undefined) {
      tracks[thread] = {
        samples: new JsonColumn(tools.createSpool()),
        weights: new JsonColumn(tools.createSpool()),
        startedAt: time,
        node,
        since: time,
        last: time,
      };
      return;
    }
    const end = steps.endBefore(track.last, time);
    track.last = time;
    if (node === track.node && end === time) return;
    endRun(track, end);
    track.node = NO_STACK;
    endRun(track, time);
    track.node = node;
  }
  return {
    *begin(metadata: Metadata): Bytes {
      steps = new Steps(metadata);
      const by = `${metadata.tool} ${metadata.toolVersion}`.trim();
      yield encodeSource(
        `{"$schema":"https://www.speedscope.app/file-format-schema.json",` +
          `"exporter":${JSON.stringify(by)},"name":${JSON.stringify(nameProfile(metadata))},` +
          `"profiles":[`,
      );
    },
    add(profile: Profile, batch: SampleBatch): Bytes {
      tree.grow(profile);
      for (let i = 0; i < batch.length; i++) {
        sample(batch.thread[i]!, tree.nodeOf(batch.stack[i]!), Math.round(batch.time[i]!));
      }
      return [];
    },
    *finish(profile: Profile, summary: Summary): Bytes {
      let first = true;
      for (const [index, track] of tracks.entries()) {
        if (track === undefined) continue;
        if (!first) yield encodeSource(",");
        first = false;
        const end = Math.round(steps.endLast(track.last));
        const thread = profile.threads[index];
        const name = thread === undefined ? "" : nameAmongAll(profile, thread);
        yield* writeProfile(track, name, stacks, end);
      }
      yield encodeSource(`],"shared":{"frames":[`);
      yield* writeElements(
        tree.frameOf.length,
        (text, index) => writeFrame(text, profile, tree.frameOf[index]!),
      );
      const facts = Object.fromEntries(describeCapture(profile, summary));
      yield encodeSource(`]},"capture":${JSON.stringify(facts)}}\n`);
    },
  };
}

/** @param end of the run that goes on. */
function* writeProfile(
  track: Track,
  called: string,
  stacks: StackText,
  end: number,
): Bytes {
  const name = JSON.stringify(called);
  const { startedAt, since, samples, weights } = track;
  const isOpen = end > since;
  const separator = isOpen && samples.length > 0 ? "," : "";
  yield encodeSource(
    `{"type":"sampled","name":${name},"unit":"microseconds",` +
      `"startValue":${startedAt},"endValue":${Math.max(since, end)},"samples":[`,
  );
  yield* samples.read();
  if (isOpen) {
    const text = new JsonText().source(separator);
    stacks.write(text, track.node);
    yield text.view();
  }
  yield encodeSource(`],"weights":[`);
  yield* weights.read();
  yield encodeSource(`${isOpen ? `${separator}${end - since}` : ""}]}`);
}

function writeFrame(text: JsonText, { strings, frames }: Profile, frame: number): void {
  text.source(`{"name":`).bytes(encodeString(strings[frames.name.at(frame)] ?? ""));
  if (FRAME_KINDS[frames.kind.at(frame)] === "python") {
    text.source(`,"file":`).bytes(encodeString(strings[frames.file.at(frame)] ?? ""));
    const line = frames.firstLine.at(frame);
    if (line > 0) text.source(`,"line":`).integer(line);
  }
  text.source("}");
}

/** Writes stacks as lists of functions, root first, and only what differs from the one before anew. */
class StackText {
  readonly #tree: FunctionTree;
  readonly #list = new JsonText(1024);
  /** The stack in the list, and where each of its functions ends. */
  #written = NO_STACK;
  readonly #ends: number[] = [OPEN.length];

  constructor(tree: FunctionTree) {
    this.#tree = tree;
    this.#list.bytes(OPEN);
  }

  write(text: JsonText, node: number): void {
    const tree = this.#tree;
    const list = this.#list;
    const common = tree.depthOf(tree.meet(node, this.#written));
    list.cut(this.#ends[common]!);
    this.#ends.length = common + 1;
    const added: number[] = [];
    for (let at = node; tree.depthOf(at) > common; at = tree.nodes.prefix.at(at)) {
      added.push(tree.nodes.frame.at(at));
    }
    for (let i = added.length - 1; i >= 0; i--) {
      if (this.#ends.length > 1) list.comma();
      list.integer(added[i]!);
      this.#ends.push(list.length);
    }
    this.#written = node;
    text.bytes(list.view()).bytes(CLOSE);
  }
}
