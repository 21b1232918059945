/** The interpreters of these tests. */
import type { Python } from "../../scripts/pythons.ts";
import { supportedPythons } from "../pythons.ts";

/** One interpreter of each supported version. */
export function testedPythons(): Promise<Python[]> {
  return supportedPythons("ACCURACY");
}
