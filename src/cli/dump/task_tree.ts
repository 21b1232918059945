/** Who waits for whom among the tasks of asyncio. */

import type { DumpedTask } from "../../sampler/dump.ts";

/** Tasks that are shown as one: a single one, or several that wait alike for nothing of ours. */
export interface TaskGroup {
  readonly tasks: readonly DumpedTask[];
  /** How many tasks stand above it: each waits for the one below. */
  readonly level: number;
  /** Names of tasks that wait for it, besides the one above. */
  readonly others: readonly string[];
}

/**
 * Puts tasks below those that wait for them, each once: below the first of those, and at the top where
 * nobody waits, or all do in a circle.
 */
export function arrangeTasks(tasks: readonly DumpedTask[]): TaskGroup[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const below = new Map<number, DumpedTask[]>();
  const roots: DumpedTask[] = [];
  for (const task of tasks) {
    const above = task.awaiters.find((id) => id !== task.id && byId.has(id));
    if (above === undefined) roots.push(task);
    else if (!below.get(above)?.push(task)) below.set(above, [task]);
  }
  const groups: TaskGroup[] = [];
  const shown = new Set<number>();
  const nameOf = (id: number): string => byId.get(id)?.name ?? "";

  const pending: { group: DumpedTask[]; level: number; above: number }[] = [];
  function put(siblings: readonly DumpedTask[], level: number, above: number): void {
    const found = groupAlike(siblings, below).reverse();
    for (const group of found) pending.push({ group, level, above });
  }
  function show(): void {
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { group, level, above } = next;
      const tasks = group.filter(({ id }) => !shown.has(id));
      if (tasks.length === 0) continue;
      const others = tasks[0]!.awaiters.filter((id) => id !== above && byId.has(id)).map(nameOf);
      groups.push({ tasks, level, others });
      for (const { id } of tasks) {
        shown.add(id);
        put(below.get(id) ?? [], level + 1, id);
      }
    }
  }

  put(roots, 0, 0);
  show();
  // What is left waits for itself.
  for (const task of tasks) {
    if (!shown.has(task.id)) put([task], 0, 0);
    show();
  }
  return groups;
}

/** Tasks that stand at the same place and have nothing below them go together, in order of the first. */
function groupAlike(
  tasks: readonly DumpedTask[],
  below: ReadonlyMap<number, readonly DumpedTask[]>,
): DumpedTask[][] {
  const groups = new Map<string, DumpedTask[]>();
  for (const task of tasks) {
    const alone = task.executing || below.has(task.id);
    const frames = task.frames.map(({ file, name, line }) => [file, name, line]);
    const key = JSON.stringify(alone ? task.id : [frames, task.awaiters]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [task]);
    else group.push(task);
  }
  return [...groups.values()];
}
