/** Snapshots of a capture that goes on, taken when a signal asks for one. */

import { lightBeacon } from "./beacon.ts";
import type { Results } from "./exports.ts";
import { tell } from "./messages.ts";

const SIGNAL = "SIGUSR1";
const NOTHING = "nothing was captured yet that could be written";

/**
 * Takes a snapshot at every SIGUSR1, one after another, until the returned function is called, which is
 * fulfilled when the last one is taken. What is asked for while one is being taken is answered by one
 * more. Afterwards the signal does nothing: it must not end us while results are written.
 * @param take nothing while there is nothing to write.
 */
export function watchSnapshots(take: () => Promise<Results | undefined>): () => Promise<void> {
  if (Deno.build.os === "windows") return () => Promise.resolve();
  const beacon = lightBeacon();
  let asked = false;
  let over = false;
  let number = 0;
  let taking: Promise<void> | undefined;

  async function takeAll(): Promise<void> {
    while (asked && !over) {
      asked = false;
      beacon.tell({ begun: ++number });
      const results = await take();
      if (results === undefined) tell(`${NOTHING}.`);
      beacon.tell({ done: number, ...describe(results) });
    }
  }
  Deno.addSignalListener(SIGNAL, () => {
    asked = true;
    taking ??= takeAll().finally(() => taking = undefined);
  });
  return async () => {
    over = true;
    await taking;
  };
}

function describe(
  results: Results | undefined,
): { readonly files: readonly string[]; readonly faults: readonly string[] } {
  if (results === undefined) return { files: [], faults: [NOTHING] };
  return {
    files: results.finished.flatMap(({ written }) =>
      typeof written === "object" ? [absolute(written.path)] : []
    ),
    faults: results.failed.map(({ what }) => what),
  };
}

function absolute(path: string): string {
  return path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
}
