/** The interpreters of these tests. */
import { findTestPythons, type Python, testedMinors } from "../../scripts/pythons.ts";
import { report } from "../ffi/targets.ts";

/** One interpreter of each tested version; says loudly which are missing, and fails then in CI. */
export async function testedPythons(): Promise<Python[]> {
  const pythons = (await findTestPythons()).filter(({ minor }) => testedMinors.includes(minor));
  const missing = testedMinors.filter((minor) => !pythons.some((p) => p.minor === minor));
  if (missing.length > 0) report(`ACCURACY NOT TESTED ON PYTHON ${missing.join(", ")}`);
  return pythons;
}
