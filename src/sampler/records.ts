import type { Frame } from "../profile/tables.ts";
import type { Profile, SampleBatch, Thread } from "../profile/profile.ts";
import type { ProcessInfo } from "../profile/process.ts";
import { emptyQuality, type Quality } from "../profile/quality.ts";
import type { PartListener } from "./capture.ts";
import { listCounts, loadQuality } from "./counters.ts";
import { type RingReader, type RingWriter } from "./ring.ts";

/**
 * The records in the ring. The first word holds kind and length; ids are not written: the n-th string,
 * frame, stack and thread have id n on both sides, and each comes before what refers to it.
 */
const STRING = 1;
const FRAME = 2;
const STACK = 3;
const THREAD = 4;
const SAMPLE = 5;
const LOSS = 6;
const MISS = 7;
const NAME = 8;
const PROCESS = 9;
const TALLY = 10;
const SETTLED = 11;
const MARK = 14;

/** Words of a sample's record. */
const SAMPLE_WORDS = 6;

function begin(writer: RingWriter, kind: number, words: number): boolean {
  if (!writer.reserve(words)) return false;
  writer.put(kind | words << 4);
  return true;
}

/** Words that a string takes: its length, then two UTF-16 units a word (lone surrogates survive). */
function textWords(text: string): number {
  return 1 + ((text.length + 1) >> 1);
}

function putText(writer: RingWriter, text: string): void {
  writer.put(text.length);
  for (let i = 0; i < text.length; i += 2) {
    const second = i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
    writer.put(text.charCodeAt(i) | second << 16);
  }
}

function putTime(writer: RingWriter, time: number): void {
  writer.put(time >>> 0);
  writer.put(Math.floor(time / 0x1_0000_0000));
}

function nextText(reader: RingReader): string {
  const length = reader.next();
  let text = "";
  for (let i = 0; i < length; i += 2) {
    const word = reader.next();
    text += String.fromCharCode(word & 0xffff);
    if (i + 1 < length) text += String.fromCharCode(word >>> 16);
  }
  return text;
}

/** Each of these writes one record whole, or nothing and returns false when the ring is full. */
export function writeString(writer: RingWriter, text: string): boolean {
  if (!begin(writer, STRING, 1 + textWords(text))) return false;
  putText(writer, text);
  writer.publish();
  return true;
}

export function writeFrame(writer: RingWriter, frame: Frame): boolean {
  if (!begin(writer, FRAME, 10)) return false;
  writer.put(frame.file);
  writer.put(frame.name);
  writer.put(frame.firstLine);
  writer.put(frame.line);
  writer.put(frame.endLine);
  writer.put(frame.column);
  writer.put(frame.endColumn);
  writer.put(frame.opcode);
  writer.put(frame.kind);
  writer.publish();
  return true;
}

export function writeStack(writer: RingWriter, prefix: number, frame: number): boolean {
  if (!begin(writer, STACK, 3)) return false;
  writer.put(prefix);
  writer.put(frame);
  writer.publish();
  return true;
}

export function writeThread(writer: RingWriter, thread: Thread): boolean {
  if (!begin(writer, THREAD, 5 + textWords(thread.name))) return false;
  writer.put(thread.tid);
  writer.put(thread.interpreter);
  writer.put(thread.main ? 1 : 0);
  writer.put(thread.process ?? -1);
  putText(writer, thread.name);
  writer.publish();
  return true;
}

/** A thread that is known already has another name now. */
export function writeName(writer: RingWriter, thread: number, name: string): boolean {
  if (!begin(writer, NAME, 2 + textWords(name))) return false;
  writer.put(thread);
  putText(writer, name);
  writer.publish();
  return true;
}

/** What is known of a process has changed, or it is new: its counts are told by {@link writeTally}. */
export function writeProcess(writer: RingWriter, id: number, info: ProcessInfo): boolean {
  const { quality: _, ...facts } = info;
  const text = JSON.stringify(facts);
  if (!begin(writer, PROCESS, 2 + textWords(text))) return false;
  writer.put(id);
  putText(writer, text);
  writer.publish();
  return true;
}

/** The counts of a process so far. */
export function writeTally(writer: RingWriter, id: number, quality: Quality): boolean {
  const counts = listCounts(quality);
  if (!begin(writer, TALLY, 2 + 2 * counts.length)) return false;
  writer.put(id);
  for (const count of counts) putTime(writer, count);
  writer.publish();
  return true;
}

/** No sample of an earlier time will follow. */
export function writeSettled(writer: RingWriter, time: number): boolean {
  if (!begin(writer, SETTLED, 3)) return false;
  putTime(writer, time);
  writer.publish();
  return true;
}

/**
 * Tells where the counts stood at a time.
 * @param settled no sample from before it is still to come.
 */
export function writeMark(
  writer: RingWriter,
  time: number,
  settled: number,
  quality: Quality,
): boolean {
  const counts = listCounts(quality);
  if (!begin(writer, MARK, 6 + 2 * counts.length)) return false;
  for (const number of [time, settled]) putTime(writer, number);
  writer.put(counts.length);
  for (const count of counts) putTime(writer, count);
  writer.publish();
  return true;
}

function nextMark(reader: RingReader, { settle, parts }: Listeners): void {
  const [timeUs, settledUs] = [nextTime(reader), nextTime(reader)];
  const counts = Array.from({ length: reader.next() }, () => nextTime(reader));
  settle?.(settledUs);
  parts?.mark({ timeUs, settledUs, quality: loadQuality(counts) });
}

/** @param time µs since the first tick. */
export function writeSample(
  writer: RingWriter,
  time: number,
  thread: number,
  stack: number,
  flags: number,
): boolean {
  if (!begin(writer, SAMPLE, SAMPLE_WORDS)) return false;
  putTime(writer, time);
  writer.put(thread);
  writer.put(stack);
  writer.put(flags);
  writer.publish();
  return true;
}

/** @param stack −1 if nothing is known of it; `reason` as in `Profile.lose`. */
export function writeLoss(
  writer: RingWriter,
  time: number,
  thread: number,
  reason: number,
  stack: number,
): boolean {
  if (!begin(writer, LOSS, 6)) return false;
  putTime(writer, time);
  writer.put(thread);
  writer.put(reason);
  writer.put(stack);
  writer.publish();
  return true;
}

/** @param ticks missed since the record before. */
export function writeMiss(writer: RingWriter, time: number, ticks: number): boolean {
  if (!begin(writer, MISS, 4)) return false;
  putTime(writer, time);
  writer.put(ticks);
  writer.publish();
  return true;
}

/** Most samples handed on at once. */
const BATCH = 8192;

/** Who is told of what is neither a definition nor a sample. */
export interface Listeners {
  /** Told of times that no more samples will precede, where processes are told apart. */
  readonly settle?: (time: number) => void;
  /** Told of all else that counts, before the samples that came with it. */
  readonly parts?: PartListener | undefined;
}

/**
 * Reads all records that wait: definitions go into the profile's tables, samples into batches.
 * @returns batches in order of time, but for processes that are told apart: each for itself.
 */
export function drain(
  reader: RingReader,
  profile: Profile,
  listeners: Listeners = {},
): SampleBatch[] {
  const batches: SampleBatch[] = [];
  let left = reader.available();
  while (left > 0) {
    const size = Math.min(BATCH, Math.ceil(left / SAMPLE_WORDS));
    const time = new Float64Array(size);
    const thread = new Int32Array(size);
    const stack = new Int32Array(size);
    const flags = new Int32Array(size);
    let length = 0;
    while (left > 0 && length < size) {
      const head = reader.next();
      left -= head >>> 4;
      if ((head & 15) !== SAMPLE) {
        define(reader, profile, head & 15, listeners);
        continue;
      }
      time[length] = nextTime(reader);
      thread[length] = reader.next();
      stack[length] = reader.next();
      flags[length] = reader.next();
      length++;
    }
    reader.release();
    if (length > 0) batches.push({ length, time, thread, stack, flags });
  }
  return batches;
}

function nextTime(reader: RingReader): number {
  return (reader.next() >>> 0) + reader.next() * 0x1_0000_0000;
}

function define(
  reader: RingReader,
  profile: Profile,
  kind: number,
  listeners: Listeners,
): void {
  const { settle, parts } = listeners;
  if (kind === STRING) profile.strings.push(nextText(reader));
  else if (kind === FRAME) {
    profile.frames.push({
      file: reader.next(),
      name: reader.next(),
      firstLine: reader.next(),
      line: reader.next(),
      endLine: reader.next(),
      column: reader.next(),
      endColumn: reader.next(),
      opcode: reader.next(),
      kind: reader.next(),
    });
  } else if (kind === STACK) profile.stacks.push(reader.next(), reader.next());
  else if (kind === THREAD) {
    const tid = reader.next();
    const interpreter = reader.next();
    const main = reader.next() === 1;
    const process = reader.next();
    const thread = { tid, interpreter, main, name: nextText(reader) };
    profile.threads.push(process < 0 ? thread : { ...thread, process });
  } else if (kind === LOSS) {
    const loss = [nextTime(reader), reader.next(), reader.next(), reader.next()] as const;
    profile.lose(...loss);
    parts?.lose(...loss);
  } else if (kind === MISS) {
    const miss = [nextTime(reader), reader.next()] as const;
    profile.timeline.miss(...miss);
    parts?.miss(...miss);
  } else if (kind === MARK) nextMark(reader, listeners);
  else if (kind === SETTLED) {
    const time = nextTime(reader);
    settle?.(time);
  } else if (kind === NAME) {
    const thread = reader.next();
    profile.threads[thread] = { ...profile.threads[thread]!, name: nextText(reader) };
  } else if (kind === PROCESS) {
    const id = reader.next();
    const quality = profile.processes[id]?.quality ?? emptyQuality();
    profile.processes[id] = { ...JSON.parse(nextText(reader)), quality };
  } else if (kind === TALLY) {
    const { quality } = profile.processes[reader.next()]!;
    loadQuality(listCounts(quality).map(() => nextTime(reader)), quality);
  } else throw new Error(`unknown record ${kind}`);
}
