/** The interpreters of these tests. */
import { type Python, testedMinors } from "../../scripts/pythons.ts";
import { supportedPythons } from "../pythons.ts";

export const interpreters: readonly Python[] = await supportedPythons("READING MEMORY");

/** Those that say themselves where things are. */
export const selfDescribing: readonly Python[] = interpreters.filter(({ minor }) =>
  testedMinors.includes(minor)
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
