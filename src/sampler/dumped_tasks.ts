import { readTasks } from "../cpython/asyncio/read_tasks.ts";
import type { Task } from "../cpython/asyncio/task.ts";
import type { Runtime } from "../cpython/runtime.ts";
import type { AttachFault } from "./capture.ts";
import type { DumpedTask, DumpedTasks } from "./dump.ts";
import { describeFrame } from "./frame_details.ts";

/**
 * The tasks of a process as they are now.
 * @param wanted those that run and who waits for them, or all.
 * @param tids the threads whose tasks are wanted; undefined: of all.
 */
export function listDumpedTasks(
  runtime: Runtime,
  wanted: "running" | "all",
  tids: ReadonlySet<number> | undefined,
): DumpedTasks | AttachFault {
  const listing = readTasks(runtime);
  if ("fault" in listing) return listing;
  const mine = listing.tasks.filter(({ tid }) => tids === undefined || tids.has(tid));
  const tasks = wanted === "all" ? mine : findRunning(mine);
  return { tasks: tasks.map(describeTask), torn: listing.torn };
}

/** Tasks that are being executed, and those that wait for one of these, however indirectly. */
function findRunning(tasks: readonly Task[]): Task[] {
  const byAddress = new Map(tasks.map((task) => [task.address, task]));
  const found = new Set(tasks.filter(({ executing }) => executing));
  for (const task of found) {
    for (const awaiter of task.awaiters) {
      const one = byAddress.get(awaiter);
      if (one !== undefined) found.add(one);
    }
  }
  return tasks.filter((task) => found.has(task));
}

function describeTask({ address, name, tid, executing, frames, awaiters }: Task): DumpedTask {
  return {
    ...{ id: address, name, tid, executing, awaiters },
    frames: frames.map((frame) => describeFrame(frame)),
  };
}
