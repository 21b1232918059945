import type { JSX } from "preact";
import { formatCount, formatShare } from "../../../src/analysis/units.ts";
import { type State, STATES } from "../format.ts";
import { STATE_NAMES, threadName } from "../names.ts";
import { keeps } from "../select.ts";
import { Button } from "./button.tsx";
import type { Page } from "./page.ts";

/** Threads listed. */
const MOST_ROWS = 200;

/** Each thread with its samples and what it was found doing. */
export function ThreadTable({ page }: { page: Page }): JSX.Element {
  const { model, go, derived } = page;
  const { threads, states } = model.header;
  const counts = threads.map(() => ({ samples: 0, states: STATES.map(() => 0) }));
  for (const group of model.groups) {
    // Threads that are left out elsewhere are still listed here.
    const { range } = derived.filter;
    const any = { without: new Set<number>(), ...(range === undefined ? {} : { range }) };
    if (!keeps(any, group.thread, group.slice)) continue;
    const mine = counts[group.thread]!;
    mine.samples += group.samples;
    group.states.forEach((count, index) => mine.states[index]! += count);
  }
  const all = {
    samples: counts.reduce((sum, { samples }) => sum + samples, 0),
    states: STATES.map((_, index) => counts.reduce((sum, { states }) => sum + states[index]!, 0)),
  };
  const ids = [...threads.keys()].sort((a, b) => counts[b]!.samples - counts[a]!.samples);
  return (
    <>
      <table class="threads">
        <thead>
          <tr>
            <th scope="col">Thread</th>
            <th scope="col" class="number">Id</th>
            <th scope="col" class="number">Samples</th>
            {states.map((state) => (
              <th key={state} scope="col" class="number">{STATE_NAMES[state]}</th>
            ))}
            {states.includes("gil") && <th scope="col" class="number">Does without the GIL</th>}
          </tr>
        </thead>
        <tbody>
          {ids.length > 1 && (
            <tr class="all">
              <th scope="row">All threads</th>
              <td />
              <td class="number">{formatCount(all.samples)}</td>
              <States page={page} counts={all} />
            </tr>
          )}
          {ids.slice(0, MOST_ROWS).map((id) => (
            <tr key={id}>
              <th scope="row">
                <Button
                  class="link"
                  title="Look at this thread only"
                  onClick={() =>
                    go({
                      view: "flame",
                      without: ids.filter((other) => other !== id).sort((a, b) => a - b),
                    })}
                >
                  <bdi>{threadName(model, id)}</bdi>
                </Button>
              </th>
              <td class="number faint">{threads[id]!.tid || ""}</td>
              <td class="number">{formatCount(counts[id]!.samples)}</td>
              <States page={page} counts={counts[id]!} />
            </tr>
          ))}
        </tbody>
      </table>
      {ids.length > MOST_ROWS && <p class="faint">{`${ids.length - MOST_ROWS} more threads`}</p>}
      {states.length === 0 && (
        <p class="faint">What threads were doing (GIL, CPU, GC) is not recorded.</p>
      )}
    </>
  );
}

/** Samples of a thread, and by index of `STATES` those in each state. */
interface Counts {
  readonly samples: number;
  readonly states: readonly number[];
}

function States({ page, counts }: { page: Page; counts: Counts }): JSX.Element {
  const { states } = page.model.header;
  const count = (state: State): number => counts.states[STATES.indexOf(state)]!;
  const share = (samples: number): string => formatShare(samples / Math.max(1, counts.samples));
  return (
    <>
      {states.map((state) => <td key={state} class="number">{share(count(state))}</td>)}
      {states.includes("gil") && (
        <td class="number">{share(counts.samples - count("gil") - count("waiting"))}</td>
      )}
    </>
  );
}
