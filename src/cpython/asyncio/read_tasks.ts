import type { Address } from "../../../ffi/process.ts";
import { CodeTable } from "../code_table.ts";
import { describePlace } from "../frame_description.ts";
import { listThreads, type Runtime } from "../runtime.ts";
import { orderAwaiters } from "./awaiters.ts";
import { findTasks } from "./find.ts";
import type { AsyncioFault, Task, TaskFacts, TaskListing } from "./task.ts";
import { WatchGroup } from "./watch.ts";

/**
 * All tasks of a process as they are now, in the order in which threads and tasks were made. Each is
 * whole: it was the same in two readings in a row.
 */
export function readTasks(runtime: Runtime): TaskListing | AsyncioFault {
  const { process, reader, layout } = runtime;
  const codeTable = new CodeTable(reader, layout);
  const source = findTasks(runtime, codeTable);
  if ("fault" in source) return source;
  const lists = source.lists(listThreads(runtime));
  const listed = new WatchGroup(process, (reader, key) => source.list(reader, key));
  const known = new WatchGroup(process, (reader, key) => source.read(reader, key));
  listed.refresh(lists.map(({ key }) => key));
  const tids = new Map<Address, number>();
  let torn = 0;
  for (const { key, tid } of lists) {
    if (listed.isTorn(key)) torn++;
    for (const task of listed.get(key) ?? []) tids.set(task, tid);
  }
  known.refresh([...tids.keys()]);
  const tasks: Task[] = [];
  const nameOf = (task: Address): string | undefined => known.get(task)?.name;
  for (const [address, tid] of tids) {
    const facts = known.get(address);
    if (facts !== undefined) tasks.push(describe(codeTable, facts, tid, nameOf));
    else if (known.isTorn(address)) torn++;
  }
  return { tasks, torn };
}

function describe(
  codeTable: CodeTable,
  facts: TaskFacts,
  tid: number,
  nameOf: (task: Address) => string | undefined,
): Task {
  const { address, name, executing, frame } = facts;
  const frames = facts.places.map((place) => describePlace(codeTable, place)).reverse();
  const awaiters = orderAwaiters(facts.awaiters, nameOf);
  return { address, name, tid, executing, frame, frames, awaiters };
}
