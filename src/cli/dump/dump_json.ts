/** A dump for programs. */

import { listOpcodes } from "../../profile/opcodes.ts";
import type { Dump, DumpedFrame, DumpedThread } from "../../sampler/dump.ts";
import { encodeAscii } from "../../../collectors/text_pieces.ts";
import { labelsOf } from "./labels.ts";
import type { SourceLines } from "./source_lines.ts";
import { writeValue } from "./value_text.ts";

/** Changes that a reader has to know of raise it; fields may be added without. */
const VERSION = 1;

/**
 * Writes a dump as one object of JSON, in printable ASCII. What is not known is null; frames are oldest
 * first; values are texts as the other form writes them.
 */
export function writeDumpJson(
  dump: Dump,
  sources: SourceLines,
  command: readonly string[],
): string {
  return `${
    encodeAscii({
      format: "tachyon-dump",
      version: VERSION,
      pid: dump.pid,
      command,
      python: dump.pythonVersion,
      freeThreaded: dump.freeThreaded,
      takenAt: new Date(dump.takenAt).toISOString(),
      stoppedUs: dump.stoppedUs,
      threads: dump.threads.map((thread) => describeThread(thread, dump, sources)),
      ...(dump.tasks === undefined ? {} : {
        tasks: dump.tasks.tasks.map((task) => ({
          id: task.id,
          name: task.name,
          tid: task.tid || null,
          running: task.executing,
          awaitedBy: task.awaiters,
          frames: [...task.frames].reverse().map((frame) => describeFrame(frame, dump, sources)),
        })),
        unreadTasks: dump.tasks.torn,
      }),
    })
  }\n`;
}

function describeThread(thread: DumpedThread, dump: Dump, sources: SourceLines): unknown {
  return {
    tid: thread.tid,
    name: thread.name || null,
    interpreter: thread.interpreter,
    main: thread.main,
    daemon: thread.daemon ?? null,
    foreign: thread.foreign,
    hasGil: thread.doing.hasGil ?? null,
    onCpu: thread.doing.onCpu ?? null,
    waitsForGil: thread.doing.waitsForGil ?? null,
    hasException: thread.doing.hasException ?? null,
    labels: labelsOf(thread),
    complete: thread.torn === 0,
    frames: [...thread.frames].reverse().map((frame) => describeFrame(frame, dump, sources)),
  };
}

function describeFrame(frame: DumpedFrame, dump: Dump, sources: SourceLines): unknown {
  const source = sources.find(frame.file, frame.line);
  const opcode = listOpcodes(dump.pythonVersion)[frame.opcode];
  if (frame.kind !== "python") return { kind: frame.kind, function: frame.name };
  return {
    kind: frame.kind,
    file: frame.file,
    function: frame.name,
    firstLine: frame.firstLine,
    line: frame.line || null,
    endLine: frame.endLine || null,
    column: frame.column < 0 ? null : frame.column,
    endColumn: frame.endColumn < 0 ? null : frame.endColumn,
    source: source?.text ?? null,
    sourceChanged: source?.isNewer ?? false,
    ...(frame.opcode < 0 ? {} : {
      opcode: frame.opcode,
      instruction: opcode?.name || null,
      base: opcode?.base || null,
    }),
    ...(!("locals" in frame) ? {} : {
      locals: frame.locals?.map(({ name, kind, value }) => ({
        name,
        kind,
        value: writeValue(value),
      })) ?? null,
    }),
  };
}
