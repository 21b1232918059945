/** What the end-to-end tests run: both forms of tachyon, on every Python that it must support. */

import {
  findPythons,
  findTestPythons,
  olderMinors,
  type Python,
  testedMinors,
} from "../../scripts/pythons.ts";
import { execute, type Outcome, type Setting } from "../cli/command.ts";

/** A form of tachyon. */
export interface Subject {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

const ROOT = new URL("../..", import.meta.url).pathname;
const EXECUTABLE = `${ROOT}dist/tachyon`;

/** The example that the README profiles. */
export const ORDERS = `${ROOT}examples/orders.py`;

const SOURCES: Subject = {
  name: "from source",
  program: Deno.execPath(),
  args: ["run", "-q", "-A", "--config", `${ROOT}deno.json`, `${ROOT}src/main.ts`],
};

/** The built executable; absent when it was not built, which is said aloud and in CI is an error. */
export const BUILT: Subject | undefined = findBuilt();

/** All forms of tachyon there are. */
export const SUBJECTS: readonly Subject[] = BUILT === undefined ? [SOURCES] : [SOURCES, BUILT];

/** The interpreters to profile. */
export const PYTHONS: readonly Python[] = await findSupported();

/** An interpreter that tachyon does not support yet. */
export const OLD_PYTHON: Python | undefined = (await findPythons()).find(({ minor }) =>
  ![...testedMinors, ...olderMinors].includes(minor)
);
if (OLD_PYTHON === undefined) complain("NO UNSUPPORTED PYTHON HERE: ITS REFUSAL IS NOT TESTED");

/** Runs a form of tachyon to its end. */
export function runTachyon(
  subject: Subject,
  args: readonly string[],
  setting: Setting = {},
): Promise<Outcome> {
  return execute(subject.program, [...subject.args, ...args], setting);
}

/** The command line of a form of tachyon, for a shell. */
export function shellWords(subject: Subject, args: readonly string[]): string {
  return [subject.program, ...subject.args, ...args]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(" ");
}

function findBuilt(): Subject | undefined {
  try {
    Deno.statSync(EXECUTABLE);
    return { name: "dist/tachyon", program: EXECUTABLE, args: [] };
  } catch {
    const words = "dist/tachyon IS NOT BUILT, SO IT IS NOT TESTED: deno task build";
    if (Deno.env.get("CI") === "true") throw new Error(words);
    complain(words);
    return undefined;
  }
}

async function findSupported(): Promise<Python[]> {
  const found = (await findTestPythons()).filter(({ minor, freeThreaded }) =>
    testedMinors.includes(minor) && !freeThreaded
  );
  const missing = testedMinors.filter((minor) => !found.some((python) => python.minor === minor));
  if (missing.length > 0) {
    const words = `NOT TESTED ON PYTHON ${missing.join(", ")}: deno task pythons --provision`;
    if (Deno.env.get("CI") === "true") throw new Error(words);
    complain(words);
  }
  return found;
}

function complain(words: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`e2e: ${words}\n`));
}
