/** The interpreters that reading is tested on. */
import {
  findTestPythons,
  neededMinors,
  olderMinors,
  type Python,
  testedMinors,
} from "../scripts/pythons.ts";
import { report } from "./ffi/targets.ts";

/**
 * One interpreter of each supported version. Those that are needed have to be there, in CI at least;
 * which of the others are missing is said aloud.
 * @param what is not tested where one is missing.
 */
export async function supportedPythons(what: string): Promise<Python[]> {
  const found = await findTestPythons();
  const lack = (minors: readonly string[]): string =>
    minors.filter((minor) => !found.some((python) => python.minor === minor)).join(", ");
  const missing = lack(neededMinors);
  if (missing !== "") report(`${what} NOT TESTED ON PYTHON ${missing}`);
  const older = lack(olderMinors);
  // deno-lint-ignore no-console
  if (older !== "") console.error(`WARNING: ${what} NOT TESTED ON PYTHON ${older}`);
  return found.filter(({ minor }) => [...olderMinors, ...testedMinors].includes(minor));
}
