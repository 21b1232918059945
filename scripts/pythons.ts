/**
 * `deno task pythons` lists the CPython interpreters found and what is missing for the tests;
 * with `--provision` it fetches the missing ones from Debian.
 */
import { findPythons, findTestPythons, forgetPythons } from "./pythons/find.ts";
import { NotProvisioned, provisionPythons } from "./pythons/debian.ts";
import { neededMinors, olderMinors, type Python, suites } from "./pythons/version.ts";
import { print, say } from "./shell.ts";

export { findFreeThreadedPythons, findPythons, findTestPythons } from "./pythons/find.ts";
export {
  freeThreadedMinors,
  minorOf,
  nameOf,
  neededFreeThreadedMinors,
  neededMinors,
  olderMinors,
  type Python,
  testedMinors,
} from "./pythons/version.ts";

/** The minor versions needed for the tests that this machine lacks. */
export async function findMissing(): Promise<string[]> {
  return await lacking(neededMinors);
}

/** Which of some minor versions this machine lacks. */
async function lacking(minors: readonly string[]): Promise<string[]> {
  const present = (await findTestPythons()).map((python) => python.minor);
  return minors.filter((minor) => !present.includes(minor));
}

/**
 * Fetches interpreters that Debian has if one is missing.
 * @returns the needed versions that are missing after it; why is said on stderr.
 */
export async function provisionMissing(): Promise<string[]> {
  for (const suite of suites) {
    const missing = await lacking(suite.minors);
    if (missing.length === 0) continue;
    say(`pythons: ${missing.join(", ")} missing: fetching from Debian into .pythons`);
    try {
      await provisionPythons(suite);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      say(error instanceof NotProvisioned ? error.message : `pythons: ${error.message}`);
    }
    forgetPythons();
  }
  return await findMissing();
}

function describe(python: Python, chosen: boolean): string {
  const build = python.freeThreaded ? "free-threaded" : "";
  return `${chosen ? "*" : " "} ${python.version.padEnd(10)} ${build.padEnd(14)}${python.path}`;
}

async function main(): Promise<number> {
  const provision = Deno.args.includes("--provision");
  const unknown = Deno.args.filter((argument) => argument !== "--provision");
  if (unknown.length > 0) {
    say(`Unknown: ${unknown.join(" ")}. Usage: deno task pythons [--provision]`);
    return 2;
  }
  if (provision) await provisionMissing();
  const chosen = (await findTestPythons()).map((python) => python.path);
  for (const python of await findPythons()) {
    print(describe(python, chosen.includes(python.path)));
  }
  const missing = await findMissing();
  const older = await lacking(olderMinors);
  if (older.length > 0) say(`Reading ${older.join(", ")} is not tested here: no such interpreter`);
  if (missing.length > 0) {
    say(`Missing: ${missing.join(", ")}. Fetch them with: deno task pythons --provision`);
    return 1;
  }
  say("* tests run on these; nothing that is needed is missing");
  return 0;
}

if (import.meta.main) Deno.exit(await main());
