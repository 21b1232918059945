import type { JSX } from "preact";
import { formatCounted } from "../../../src/analysis/units.ts";
import type { Model } from "../model.ts";
import { groupThreads, type ThreadGroup } from "../thread_groups.ts";
import { Button } from "./button.tsx";
import { Check } from "./menu.tsx";
import { addStep, type Page } from "./page.ts";

/** Rows listed of each kind. */
const MOST_ROWS = 60;

/** Whether there is more than one thread, or a task. */
export function hasThreadsToChoose({ header, other }: Model): boolean {
  return header.tasks.length > 0 || header.threads.length > 1 && other?.side !== "base";
}

/** Which processes, interpreters, threads and tasks are looked at. */
export function ThreadsMenu({ page }: { page: Page }): JSX.Element {
  const { threads, tasks } = page.model.header;
  const chooses = threads.length > 1 && page.model.other?.side !== "base";
  return (
    <>
      {chooses && <Threads page={page} />}
      {tasks.length > 0 && <Tasks page={page} />}
    </>
  );
}

function Threads({ page }: { page: Page }): JSX.Element {
  const { state: { without }, go, model } = page;
  const { processes, interpreters, threads } = groupThreads(model);
  const leave = (ids: readonly number[]): void => go({ without: ids.toSorted((a, b) => a - b) });
  const all = [...model.header.threads.keys()];
  const keep = ({ ids }: ThreadGroup): void => {
    const kept = new Set(ids);
    leave(all.filter((id) => !kept.has(id)));
  };
  const left = new Set(without);
  const list = (groups: readonly ThreadGroup[]): JSX.Element[] => [
    ...groups.slice(0, MOST_ROWS).map((group) => (
      <div class="thread" key={group.name}>
        <Check
          text={group.name}
          value={!group.ids.every((id) => left.has(id))}
          choose={(keeps) =>
            leave([
              ...keeps ? left.difference(new Set(group.ids)) : left.union(new Set(group.ids)),
            ])}
        />
        <Button class="plain" onClick={() => keep(group)}>only</Button>
        <span class="faint">{formatCounted(group.samples, "sample")}</span>
      </div>
    )),
    <More key="" rows={groups.length} />,
  ];
  const several = (kind: string, groups: readonly ThreadGroup[]): JSX.Element | false =>
    groups.length > 1 && (
      <fieldset>
        <legend>{kind}</legend>
        {list(groups)}
      </fieldset>
    );
  return (
    <>
      {several("Processes", processes)}
      {several("Interpreters", interpreters)}
      <fieldset class="threads">
        <legend>Threads</legend>
        <div class="row">
          <Button onClick={() => leave([])}>All</Button>
          <Button onClick={() => keep(threads[0]!)}>Only the busiest</Button>
        </div>
        {list(threads)}
      </fieldset>
    </>
  );
}

/** Tasks are frames of their stacks: a step leaves only what they run, or leaves it out. */
function Tasks({ page }: { page: Page }): JSX.Element {
  const { model, derived: { selection } } = page;
  const counts = new Map(model.header.tasks.map((id) => [id, 0]));
  for (let node = 0; node < model.nodes; node++) {
    const id = model.placeFunction[model.place[node]!]!;
    const count = counts.get(id);
    if (count !== undefined) counts.set(id, count + selection.total[node]!);
  }
  const tasks = [...counts].sort((a, b) => b[1] - a[1]);
  return (
    <fieldset class="tasks">
      <legend>Tasks</legend>
      {tasks.slice(0, MOST_ROWS).map(([id, samples]) => {
        const target = { grouping: "function", id } as const;
        return (
          <div class="thread" key={id}>
            <bdi>{model.header.names[model.functionName[id]!]}</bdi>
            <Button class="plain" onClick={() => addStep(page, "focus", target)}>
              only
            </Button>
            <Button class="plain" onClick={() => addStep(page, "drop", target)}>
              without
            </Button>
            <span class="faint">{formatCounted(samples, "sample")}</span>
          </div>
        );
      })}
      <More rows={tasks.length} />
    </fieldset>
  );
}

function More({ rows }: { rows: number }): JSX.Element | null {
  return rows > MOST_ROWS ? <p class="faint">{`${rows - MOST_ROWS} more`}</p> : null;
}
