import type { Address } from "../../../ffi/process.ts";
import { CodeTable } from "../code_table.ts";
import { describePlace } from "../frame_description.ts";
import type { Runtime } from "../runtime.ts";
import { listThreads } from "../thread_list.ts";
import { orderAwaiters } from "./awaiters.ts";
import { findTasks } from "./find.ts";
import type { AsyncioFault, Task, TaskFacts, TaskListing } from "./task.ts";
import { WatchGroup } from "./watch.ts";

/**
 * All tasks of a process as they are now, from 3.14 on in the order in which threads and tasks were
 * made. Each is whole: it was the same in two readings in a row.
 */
export function readTasks(runtime: Runtime): TaskListing | AsyncioFault {
  const { process, reader, layout } = runtime;
  const codeTable = new CodeTable(reader, layout);
  const source = findTasks(runtime, codeTable);
  if ("fault" in source) return source;
  const threads = listThreads(runtime);
  const tids = new Map(threads.map(({ address, tid }) => [address, tid]));
  const lists = source.lists(threads);
  const listed = new WatchGroup(process, (reader, key) => source.list(reader, key));
  const known = new WatchGroup(process, (reader, key) => source.read(reader, key));
  listed.refresh(lists.map(({ key }) => key));
  const threadOf = new Map<Address, Address | undefined>();
  let torn = 0;
  for (const { key, thread } of lists) {
    if (listed.isTorn(key)) torn++;
    for (const task of listed.get(key) ?? []) threadOf.set(task, thread);
  }
  known.refresh([...threadOf.keys()]);
  const tasks: Task[] = [];
  const nameOf = (task: Address): string | undefined => known.get(task)?.name;
  for (const [address, thread] of threadOf) {
    const facts = known.get(address);
    const tid = tids.get(thread ?? facts?.thread ?? 0) ?? 0;
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
