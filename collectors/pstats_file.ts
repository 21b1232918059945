import type { Profile } from "../src/profile/profile.ts";
import type { Summary } from "../src/profile/metadata.ts";
import { FRAME_KINDS } from "../src/profile/tables.ts";
import { type Call, countCalls } from "../src/analysis/callers.ts";
import { escapeForTerminal } from "../src/analysis/terminal_text.ts";
import { judgeQuality } from "../src/analysis/trust.ts";
import { type Bytes, type Collector, NOTHING } from "./collector.ts";
import { MarshalWriter } from "./pstats_file_marshal.ts";

/** Output is handed over in pieces of about so many bytes. */
const PIECE = 64 * 1024;

/**
 * What `--pstats` writes to a file: a dict that `pstats.Stats(file)` of every Python 3 and the tools
 * around it load. A row is a function, as in the files of cProfile (and other than in those of CPython's
 * sampling profiler, where it is a line):
 *
 *     (file, first line, name): (self, total, self s, total s, {caller: (total, self, self s, total s)})
 *
 * `self` and `total` are samples and stand where cProfile has calls: `pstats` shows them as
 * `total/self`. Recursion counts once a sample. Times are samples times what one stands for; 0 where
 * that is not known. Functions without a source have the file `~` and the line 0. There is no mark of a
 * sampled profile: Pythons before 3.15 do not load a file with one.
 */
export function createPstatsFile(): Collector {
  return {
    begin: () => NOTHING,
    add: () => NOTHING,
    finish: writeStats,
  };
}

/** Rows of the file. */
interface Rows {
  /** Row of each frame. */
  readonly rowOf: Int32Array;
  readonly keys: readonly Key[];
}

interface Key {
  readonly file: string;
  readonly line: number;
  readonly name: string;
}

function* writeStats(profile: Profile, summary: Summary): Bytes {
  const { rowOf, keys } = groupRows(profile);
  const { self, total, calls } = countCalls(profile, rowOf, keys.length);
  const callsOf = groupByCallee(calls, keys.length);
  const second = judgeQuality(profile.metadata, profile.quality, summary).sampleUs / 1e6;
  const writer = new MarshalWriter();
  const writeKey = (row: number): void => {
    const { file, line, name } = keys[row]!;
    writer.beginTuple(3);
    writer.text(file);
    writer.int(line);
    writer.text(name);
  };
  writer.beginDict();
  for (const row of keys.keys()) {
    if (total[row] === 0) continue;
    writeKey(row);
    writer.beginTuple(5);
    writer.int(self[row]!);
    writer.int(total[row]!);
    writer.float(self[row]! * second);
    writer.float(total[row]! * second);
    writer.beginDict();
    for (const call of callsOf[row]!) {
      writeKey(call.caller);
      writer.beginTuple(4);
      writer.int(call.total);
      writer.int(call.self);
      writer.float(call.self * second);
      writer.float(call.total * second);
    }
    writer.endDict();
    if (writer.length >= PIECE) yield writer.take();
  }
  writer.endDict();
  yield writer.take();
}

/** Functions that the file would give the same key are one row: a dict holds a key once. */
function groupRows({ frames, strings }: Profile): Rows {
  const rowOf = new Int32Array(frames.length);
  const keys: Key[] = [];
  const known = new Map<string, number>();
  for (let frame = 0; frame < rowOf.length; frame++) {
    const python = FRAME_KINDS[frames.kind.at(frame)] === "python";
    const key = {
      file: python ? strings[frames.file.at(frame)] ?? "" : "~",
      line: python ? Math.max(0, frames.firstLine.at(frame)) : 0,
      name: strings[frames.name.at(frame)] ?? "",
    };
    const text = escapeForTerminal(`${key.line}:${key.file.length}:${key.file}:${key.name}`);
    let row = known.get(text);
    if (row === undefined) known.set(text, row = keys.push(key) - 1);
    rowOf[frame] = row;
  }
  return { rowOf, keys };
}

function groupByCallee(calls: readonly Call[], rows: number): Call[][] {
  const callsOf = Array.from({ length: rows }, (): Call[] => []);
  for (const call of calls) callsOf[call.callee]!.push(call);
  return callsOf;
}
