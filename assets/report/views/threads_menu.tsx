import type { JSX } from "preact";
import { formatCounted } from "../../../src/analysis/units.ts";
import type { Model } from "../model.ts";
import { threadName } from "../names.ts";
import { Check } from "./menu.tsx";
import { addStep, type Page } from "./page.ts";

/** Tasks listed. */
const MOST_TASKS = 40;

/** Whether there is more than one thread, or a task. */
export function hasThreadsToChoose({ header, other }: Model): boolean {
  return header.tasks.length > 0 || header.threads.length > 1 && other?.side !== "base";
}

/** Which interpreters, threads and tasks are looked at. */
export function ThreadsMenu({ page }: { page: Page }): JSX.Element {
  const { threads, tasks } = page.model.header;
  const interpreters = [...new Set(threads.map(({ interpreter }) => interpreter))]
    .sort((a, b) => a - b);
  const chooses = threads.length > 1 && page.model.other?.side !== "base";
  return (
    <>
      {chooses && interpreters.length > 1 && (
        <Interpreters page={page} interpreters={interpreters} />
      )}
      {chooses && <Threads page={page} />}
      {tasks.length > 0 && <Tasks page={page} />}
    </>
  );
}

/** Keeps some threads only. */
function keepThreads({ go, model }: Page, keeps: (thread: number) => boolean): void {
  const without = [...model.header.threads.keys()].filter((thread) => !keeps(thread));
  go({ without, zoom: undefined });
}

function Interpreters(
  { page, interpreters }: { page: Page; interpreters: readonly number[] },
): JSX.Element {
  const { threads } = page.model.header;
  const isOf = (id: number) => (thread: number): boolean => threads[thread]!.interpreter === id;
  return (
    <fieldset>
      <legend>Interpreters</legend>
      {interpreters.map((id) => (
        <div class="thread" key={id}>
          <bdi>{id === 0 ? "Main interpreter" : `Interpreter ${id}`}</bdi>
          <button type="button" class="plain" onClick={() => keepThreads(page, isOf(id))}>
            only
          </button>
          <span class="faint">
            {formatCounted([...threads.keys()].filter(isOf(id)).length, "thread")}
          </span>
        </div>
      ))}
    </fieldset>
  );
}

function Threads({ page }: { page: Page }): JSX.Element {
  const { state, go, model } = page;
  const counts = new Map<number, number>();
  for (const { thread, samples } of model.groups) {
    counts.set(thread, (counts.get(thread) ?? 0) + samples);
  }
  const ids = [...model.header.threads.keys()]
    .sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
  return (
    <fieldset class="threads">
      <legend>Threads</legend>
      <div class="row">
        <button type="button" onClick={() => keepThreads(page, () => true)}>All</button>
        <button type="button" onClick={() => keepThreads(page, (id) => id === ids[0])}>
          Only the busiest
        </button>
      </div>
      {ids.map((id) => (
        <div class="thread" key={id}>
          <Check
            text={threadName(model, id)}
            value={!state.without.includes(id)}
            choose={(keep) => {
              const others = state.without.filter((other) => other !== id);
              go({
                without: keep ? others : [...others, id].sort((a, b) => a - b),
                zoom: undefined,
              });
            }}
          />
          <button
            type="button"
            class="plain"
            onClick={() => keepThreads(page, (other) => other === id)}
          >
            only
          </button>
          <span class="faint">{formatCounted(counts.get(id) ?? 0, "sample")}</span>
        </div>
      ))}
    </fieldset>
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
      {tasks.slice(0, MOST_TASKS).map(([id, samples]) => {
        const target = { grouping: "function", id } as const;
        const name = model.header.names[model.functionName[id]!]!;
        return (
          <div class="thread" key={id}>
            <bdi title={name}>{name}</bdi>
            <button type="button" class="plain" onClick={() => addStep(page, "focus", target)}>
              only
            </button>
            <button type="button" class="plain" onClick={() => addStep(page, "drop", target)}>
              without
            </button>
            <span class="faint">{formatCounted(samples, "sample")}</span>
          </div>
        );
      })}
      {tasks.length > MOST_TASKS && (
        <p class="faint">{`${tasks.length - MOST_TASKS} more: search for them by name`}</p>
      )}
    </fieldset>
  );
}
