/** The interpreters of these tests. */
import { findTestPythons, type Python, testedMinors } from "../../scripts/pythons.ts";
import { report } from "../ffi/targets.ts";

/** One interpreter of each tested version; says loudly which are missing, and fails then in CI. */
async function find(): Promise<Python[]> {
  const pythons = (await findTestPythons()).filter(({ minor }) => testedMinors.includes(minor));
  const missing = testedMinors.filter((minor) => !pythons.some((p) => p.minor === minor));
  if (missing.length > 0) report(`READING MEMORY NOT TESTED ON PYTHON ${missing.join(", ")}`);
  return pythons;
}

export const interpreters: readonly Python[] = await find();

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
