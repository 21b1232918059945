/** The interpreters of these tests. */
import { type Python, testedMinors } from "../../scripts/pythons.ts";
import { freeThreadedPythons, supportedPythons } from "../pythons.ts";

/** One interpreter of each version that is tested throughout. */
export async function testedPythons(): Promise<Python[]> {
  return (await allPythons()).filter(({ minor }) => testedMinors.includes(minor));
}

/** One interpreter of each supported version. */
export function allPythons(): Promise<Python[]> {
  return supportedPythons("ACCURACY");
}

/** One interpreter of each supported free-threaded version. */
export function parallelPythons(): Promise<Python[]> {
  return freeThreadedPythons("ACCURACY");
}
