/**
 * `deno task test [arguments of deno test]`: builds what the tests need, sees to the Pythons they run
 * on, runs them, and ends with a line of the real counts. With CI=true a missing Python is a failure.
 * A test that fails while the machine stands still is made again, and that is said.
 */
import { printCounts, readClosingLine } from "./closing_line.ts";
import {
  findFreeThreadedPythons,
  findTestPythons,
  nameOf,
  olderMinors,
  provisionMissing,
  testedMinors,
} from "./pythons.ts";
import { repository } from "./repository.ts";
import { pass, print, say } from "./shell.ts";
import { type Notes, repeatedTests } from "./testing/patience.ts";
import { StallWatch } from "./testing/stalls.ts";

/** With the versions of packages that are locked, and patience. */
const CHECKED = ["--lock=deno.lock", "--frozen", "--preload=scripts/testing/preload.ts"];

async function main(): Promise<number> {
  const helper = await pass(Deno.execPath(), ["task", "--quiet", "helper"], { cwd: repository });
  if (helper !== 0) {
    say("test: the C helper could not be built; nothing was tested");
    return 1;
  }
  if (await pass(Deno.execPath(), ["task", "--quiet", "assets"], { cwd: repository }) !== 0) {
    say("test: the report's assets could not be bundled; nothing was tested");
    return 1;
  }
  const missing = await provisionMissing();
  for (const python of [...await findTestPythons(), ...await findFreeThreadedPythons()]) {
    if (![...olderMinors, ...testedMinors].includes(python.minor)) continue;
    say(`test: Python ${nameOf(python)}: ${python.path}`);
  }
  if (missing.length > 0) {
    say(`test: NOT TESTED ON PYTHON ${missing.join(", ")}: NO SUCH INTERPRETER HERE`);
    if (Deno.env.get("CI") === "true") return 1;
  }
  const { status, output } = await runTests();
  const counts = readClosingLine(output);
  if (counts === undefined) {
    say("test: deno test printed no closing line");
    return status || 1;
  }
  print(printCounts(counts));
  if (counts.passed + counts.failed === 0) {
    say("test: no test ran");
    return status || 1;
  }
  return status;
}

/** Runs `deno test` with its output passed through as it comes. */
async function runTests(): Promise<{ status: number; output: string }> {
  const terminal = Deno.stdout.isTerminal();
  const folder = await Deno.makeTempDir({ prefix: "tachyon-tests-" });
  const notes: Notes = { stalls: `${folder}/stalls`, repeated: `${folder}/repeated` };
  for (const path of Object.values(notes)) await Deno.writeTextFile(path, "");
  using _watch = new StallWatch(notes.stalls);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", ...CHECKED, ...await pathsToTest(), ...Deno.args],
    cwd: repository,
    clearEnv: true,
    env: {
      ...environment(),
      ...(terminal ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" }),
      TACHYON_TEST_NOTES: JSON.stringify(notes),
    },
    stdout: "piped",
  }).spawn();
  const decoder = new TextDecoder();
  let output = "";
  for await (const chunk of child.stdout) {
    for (let at = 0; at < chunk.length;) at += Deno.stdout.writeSync(chunk.subarray(at));
    output += decoder.decode(chunk, { stream: true });
  }
  const { code } = await child.status;
  const repeated = repeatedTests(notes);
  if (repeated.length > 0) {
    say(`test: made again, as the machine stood still while they failed: ${repeated.join("; ")}`);
  }
  await Deno.remove(folder, { recursive: true });
  return { status: code, output };
}

/** Ours, without what would change the Pythons of the tests: they are to be as they are everywhere. */
function environment(): Record<string, string> {
  const kept = Object.entries(Deno.env.toObject()).filter(([name]) => !name.startsWith("PYTHON"));
  return { ...Object.fromEntries(kept), PYTHONDONTWRITEBYTECODE: "1" };
}

/** The tests folder, unless an argument names files or folders. */
async function pathsToTest(): Promise<string[]> {
  for (const argument of Deno.args) {
    const named = await Deno.stat(`${repository}/${argument}`).catch(() => undefined);
    if (!argument.startsWith("-") && named !== undefined) return [];
  }
  return ["tests/"];
}

Deno.exit(await main());
