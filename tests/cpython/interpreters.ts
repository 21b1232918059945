/** The interpreters of these tests. */
import { type Python, testedMinors } from "../../scripts/pythons.ts";
import { freeThreadedPythons, supportedPythons } from "../pythons.ts";

/** Those that have no GIL. */
export const freeThreaded: readonly Python[] = await freeThreadedPythons("READING MEMORY");

export const interpreters: readonly Python[] = [
  ...await supportedPythons("READING MEMORY"),
  ...freeThreaded,
];

/** Those that say themselves where things are, and have a GIL. */
export const selfDescribing: readonly Python[] = interpreters.filter(({ minor, freeThreaded }) =>
  testedMinors.includes(minor) && !freeThreaded
);

/** Those whose frames are objects in the heap, and those that have a data stack. */
export const withFrameObjects: readonly Python[] = interpreters.filter(({ minor }) =>
  Number(minor.slice(2)) < 11
);
export const withDataStack: readonly Python[] = interpreters.filter((python) =>
  !withFrameObjects.includes(python)
);

/** Runs a script to its end and takes what it prints as JSON. */
export async function ask(python: Python, script: string): Promise<unknown> {
  const { success, stdout } = await new Deno.Command(python.path, {
    args: ["-X", "utf8", "-c", script],
    stdin: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Python ${python.version} could not run the script of the test`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
