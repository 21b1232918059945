/** A dump that was never taken, with texts as a hostile target would have them. */

import type { AttachFault } from "../../src/sampler/capture.ts";
import type { Dump, DumpedTask, DumpedThread, DumpRequest } from "../../src/sampler/dump.ts";

const HOSTILE = "evil\x1b[31m\u202e\n";
const NOT_KNOWN = { kind: "python", endLine: 0, column: -1, endColumn: -1, opcode: -1 } as const;

/** A task that two wait for, two that wait alike, and two that wait for each other. */
const TASKS: readonly DumpedTask[] = [
  task(1, "top", []),
  task(2, "left", [1]),
  task(3, "right", [1]),
  task(4, HOSTILE, [2, 3]),
  task(5, "Task-5", [], false, 7),
  task(6, "Task-6", [], false, 7),
  task(7, "runs", [], true),
  task(8, "a", [9]),
  task(9, "b", [8]),
];

function task(
  id: number,
  name: string,
  awaiters: number[],
  executing = false,
  line = id,
): DumpedTask {
  const frame = { file: "/srv/gone.py", name: "wait", firstLine: 1, ...NOT_KNOWN, line };
  return { id, name, tid: 77, executing, awaiters, frames: executing ? [] : [frame] };
}

/** FAKE_FAULT makes it fail instead; FAKE_TORN=1 leaves a thread unread. */
export function fakeDump(request: DumpRequest): Dump | AttachFault {
  const fault = Deno.env.get("FAKE_FAULT");
  if (fault !== undefined) return { fault, detail: "detail" } as AttachFault;
  const thread: DumpedThread = {
    ...{ tid: 77, name: HOSTILE, interpreter: 2, main: false, daemon: true, foreign: false },
    doing: { hasGil: true, onCpu: true, waitsForGil: false, hasException: undefined },
    frames: [
      { file: "/srv/gone.py", name: "leaf", firstLine: 1, line: 3, ...NOT_KNOWN },
      {
        ...{ file: `/${HOSTILE}.py`, name: HOSTILE, firstLine: 1, line: 0, ...NOT_KNOWN },
        ...(request.locals === undefined ? {} : {
          locals: [
            { name: HOSTILE, kind: "argument", value: { kind: "str", text: HOSTILE, length: 7 } },
          ],
        }),
      },
    ],
    torn: Deno.env.get("FAKE_TORN") === "1" ? 1234 : 0,
  };
  return {
    pid: request.pid,
    pythonVersion: "3.14.2",
    freeThreaded: false,
    takenAt: 1_700_000_000_000,
    stoppedUs: request.blocking ? 1500 : 0,
    threads: [thread],
    ...(request.tasks === undefined ? {} : { tasks: { tasks: TASKS, torn: 0 } }),
  };
}
