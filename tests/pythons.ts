/** The interpreters that reading is tested on. */
import {
  findFreeThreadedPythons,
  findTestPythons,
  freeThreadedMinors,
  neededFreeThreadedMinors,
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

/** The same of free-threaded interpreters. */
export async function freeThreadedPythons(what: string): Promise<Python[]> {
  const found = await findFreeThreadedPythons();
  const lack = (minors: readonly string[]): string =>
    minors.filter((minor) => !found.some((python) => python.minor === minor))
      .map((minor) => `${minor}t`).join(", ");
  const missing = lack(neededFreeThreadedMinors);
  if (missing !== "") report(`${what} NOT TESTED ON FREE-THREADED PYTHON ${missing}`);
  const others = lack(freeThreadedMinors.filter((one) => !neededFreeThreadedMinors.includes(one)));
  // deno-lint-ignore no-console
  if (others !== "") console.error(`WARNING: ${what} NOT TESTED ON PYTHON ${others}`);
  return found.filter(({ minor }) => freeThreadedMinors.includes(minor));
}
