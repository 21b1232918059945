/**
 * `deno task pythons` lists the CPython interpreters found and what is missing for the tests;
 * with `--provision` it fetches the missing ones from Debian.
 */
import { findPythons, findTestPythons, forgetPythons } from "./pythons/find.ts";
import { NotProvisioned, provisionPythons } from "./pythons/debian.ts";
import { type Python, testedMinors } from "./pythons/version.ts";
import { print, say } from "./shell.ts";

export { findPythons, findTestPythons } from "./pythons/find.ts";
export { olderMinors, type Python, testedMinors } from "./pythons/version.ts";

/** The tested minor versions that this machine lacks. */
export async function findMissing(): Promise<string[]> {
  const present = (await findTestPythons()).map((python) => python.minor);
  return testedMinors.filter((minor) => !present.includes(minor));
}

/**
 * Fetches interpreters if a tested version is missing.
 * @returns the versions that are missing after it; why is said on stderr.
 */
export async function provisionMissing(): Promise<string[]> {
  const missing = await findMissing();
  if (missing.length === 0) return missing;
  say(`pythons: ${missing.join(", ")} missing: fetching from Debian into .pythons (about 32 MB)`);
  try {
    await provisionPythons();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    say(error instanceof NotProvisioned ? error.message : `pythons: ${error.message}`);
  }
  forgetPythons();
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
  if (missing.length > 0) {
    say(`Missing: ${missing.join(", ")}. Fetch them with: deno task pythons --provision`);
    return 1;
  }
  say("* tests run on these; nothing is missing");
  return 0;
}

if (import.meta.main) Deno.exit(await main());
