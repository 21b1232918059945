/** What becomes of a test that fails on a machine that stands still. */
import { say } from "../shell.ts";
import { readStalls } from "./stalls.ts";

/** How often a test is made at most. */
const MOST_TRIES = 4;
/** From one look at the notes to the next, ms. */
const LOOK = 500;
/** A machine that has not stood still for so long goes on, ms. */
const CALM = 3000;
/** How long to wait for that, for one test and for all of a run, ms. */
const LONGEST_WAIT = 120_000;
const LONGEST_WAITS = 1_200_000;

/** What a test does; where it takes its context, steps of it may have been counted when it fails. */
export type Test = (context: Deno.TestContext) => unknown;

/** Where a run of tests keeps its notes: paths of files. */
export interface Notes {
  /** Stalls of the machine, as a watch notes them. */
  readonly stalls: string;
  /** Tests that were made again: the ms that were waited before, and the name. */
  readonly repeated: string;
}

/**
 * Makes a test again when it fails while the machine stands still: tests here measure programs that run beside
 * them, and one that nothing could run beside has shown nothing.
 * @param sleep waits for so many ms; for tests.
 */
export function patiently(test: Test, notes: Notes, sleep = pause): Test {
  if (test.length > 0) return test;
  const patient = async ({ name }: Deno.TestContext): Promise<void> => {
    for (let tries = 1;; tries++) {
      const begun = Date.now();
      try {
        await (test as () => unknown)();
        return;
      } catch (error) {
        if (tries === MOST_TRIES || await isSound(notes, begun, sleep)) throw error;
        const waited = await waitForCalm(notes, sleep);
        Deno.writeTextFileSync(notes.repeated, `${waited} ${name}\n`, { append: true });
        say(`made again, as the machine stood still: ${Deno.inspect(error)}`);
      }
    }
  };
  // A test that is given no other name has that of its function.
  return Object.defineProperty(patient, "name", { value: test.name });
}

/** Names of the tests that were made again. */
export function repeatedTests({ repeated }: Notes): string[] {
  return linesOf(repeated).map((line) => line.slice(line.indexOf(" ") + 1));
}

/** True if the machine has gone on all the time since the test began. */
async function isSound({ stalls }: Notes, begun: number, sleep: typeof pause): Promise<boolean> {
  // Until what has just been is noted.
  await sleep(2 * LOOK);
  return !readStalls(stalls).some(({ to }) => to >= begun);
}

/** Waits until the machine goes on, or has been waited for for too long. Returns for how long it was, ms. */
async function waitForCalm({ stalls, repeated }: Notes, sleep: typeof pause): Promise<number> {
  const before = linesOf(repeated).reduce((sum, line) => sum + parseInt(line), 0);
  const most = Math.min(LONGEST_WAIT, LONGEST_WAITS - before);
  let waited = 0;
  for (
    ;
    waited < most && Date.now() - (readStalls(stalls).at(-1)?.to ?? 0) < CALM;
    waited += LOOK
  ) {
    await sleep(LOOK);
  }
  return waited;
}

function linesOf(path: string): string[] {
  return Deno.readTextFileSync(path).split("\n").slice(0, -1);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
