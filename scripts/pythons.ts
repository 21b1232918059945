/**
 * `deno task pythons` lists the CPython interpreters found and what is missing for the tests;
 * with `--provision` it fetches the missing ones from Debian, and builds a free-threaded one;
 * `--free-threaded` builds all of those.
 */
import {
  findFreeThreadedPythons,
  findPythons,
  findTestPythons,
  forgetPythons,
} from "./pythons/find.ts";
import { NotProvisioned, provisionPythons } from "./pythons/debian.ts";
import { buildFreeThreaded } from "./pythons/free_threaded.ts";
import {
  freeThreadedMinors,
  neededFreeThreadedMinors,
  neededMinors,
  olderMinors,
  type Python,
  suites,
} from "./pythons/version.ts";
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
async function findMissing(): Promise<string[]> {
  const freeThreaded = await lackingFreeThreaded(neededFreeThreadedMinors);
  return [...await lacking(neededMinors), ...freeThreaded.map((minor) => `${minor}t`)];
}

/** Which of some minor versions this machine lacks a free-threaded build of. */
async function lackingFreeThreaded(minors: readonly string[]): Promise<string[]> {
  const present = (await findFreeThreadedPythons()).map((python) => python.minor);
  return minors.filter((minor) => !present.includes(minor));
}

/** Which of some minor versions this machine lacks. */
async function lacking(minors: readonly string[]): Promise<string[]> {
  const present = (await findTestPythons()).map((python) => python.minor);
  return minors.filter((minor) => !present.includes(minor));
}

/**
 * Fetches interpreters that Debian has if one is missing, and builds free-threaded ones.
 * @param freeThreaded minor versions of those.
 * @returns the needed versions that are missing after it; why is said on stderr.
 */
export async function provisionMissing(
  freeThreaded: readonly string[] = neededFreeThreadedMinors,
): Promise<string[]> {
  for (const suite of suites) {
    const missing = await lacking(suite.minors);
    if (missing.length === 0) continue;
    say(`pythons: ${missing.join(", ")} missing: fetching from Debian into .pythons`);
    await tryTo(() => provisionPythons(suite));
  }
  for (const minor of await lackingFreeThreaded(freeThreaded)) {
    await tryTo(() => buildFreeThreaded(minor));
  }
  return await findMissing();
}

/** Does it, or says why it cannot be done. */
async function tryTo(provision: () => Promise<void>): Promise<void> {
  try {
    await provision();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    say(error instanceof NotProvisioned ? error.message : `pythons: ${error.message}`);
  }
  forgetPythons();
}

function describe(python: Python, chosen: boolean): string {
  const build = python.freeThreaded ? "free-threaded" : "";
  return `${chosen ? "*" : " "} ${python.version.padEnd(10)} ${build.padEnd(14)}${python.path}`;
}

async function main(): Promise<number> {
  const all = Deno.args.includes("--free-threaded");
  const provision = all || Deno.args.includes("--provision");
  const known = ["--provision", "--free-threaded"];
  const unknown = Deno.args.filter((argument) => !known.includes(argument));
  if (unknown.length > 0) {
    say(`Unknown: ${unknown.join(" ")}. Usage: deno task pythons [--provision] [--free-threaded]`);
    return 2;
  }
  if (provision) await provisionMissing(all ? freeThreadedMinors : neededFreeThreadedMinors);
  const usable = [...await findTestPythons(), ...await findFreeThreadedPythons()];
  const chosen = usable.map((python) => python.path);
  for (const python of await findPythons()) {
    print(describe(python, chosen.includes(python.path)));
  }
  const missing = await findMissing();
  const freeThreaded = await lackingFreeThreaded(freeThreadedMinors);
  const untested = [...await lacking(olderMinors), ...freeThreaded.map((minor) => `${minor}t`)];
  if (untested.length > 0) {
    say(`Reading ${untested.join(", ")} is not tested here: no such interpreter`);
  }
  if (missing.length > 0) {
    say(`Missing: ${missing.join(", ")}. Fetch them with: deno task pythons --provision`);
    return 1;
  }
  say("* tests run on these; nothing that is needed is missing");
  return 0;
}

if (import.meta.main) Deno.exit(await main());
