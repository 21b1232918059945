/** What becomes of a test that fails on a machine that stands still. */
import { say } from "../shell.ts";
import { readStalls } from "./stalls.ts";

/** How often a test is made at most. */
const MOST_TRIES = 3;
/** Until a watch has noted what has just been, ms. */
const NOTED = 700;

/** What a test does; where it takes its context, steps of it may have been counted when it fails. */
export type Test = (context: Deno.TestContext) => unknown;

/** Where a run of tests keeps its notes: paths of files. */
export interface Notes {
  /** Stalls of the machine, as a watch notes them. */
  readonly stalls: string;
  /** Names of tests that were made again. */
  readonly repeated: string;
}

/**
 * Makes a test again when it fails while the machine stands still: tests here measure programs that run beside
 * them, and one that nothing could run beside has shown nothing.
 */
export function patiently(test: Test, notes: Notes, noted = NOTED): Test {
  if (test.length > 0) return test;
  const patient = async ({ name }: Deno.TestContext): Promise<void> => {
    for (let tries = 1;; tries++) {
      const begun = Date.now();
      try {
        await (test as () => unknown)();
        return;
      } catch (error) {
        await new Promise((resolve) => setTimeout(resolve, noted));
        const isExcused = readStalls(notes.stalls).some(({ to }) => to >= begun);
        if (!isExcused || tries === MOST_TRIES) throw error;
        Deno.writeTextFileSync(notes.repeated, `${name}\n`, { append: true });
        say(`made again, as the machine stood still: ${Deno.inspect(error)}`);
      }
    }
  };
  // A test that is given no other name has that of its function.
  return Object.defineProperty(patient, "name", { value: test.name });
}
