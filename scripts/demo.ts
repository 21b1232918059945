/**
 * `deno task demo [options of tachyon run]`: profiles the sample program with the newest supported
 * Python there is, and fetches one first where there is none. What `deno task tachyon run
 * examples/orders.py` does for those who have a Python of 3.13 to 3.15 as `python3`.
 */
import { findTestPythons, provisionMissing, testedMinors } from "./pythons.ts";
import { repository } from "./repository.ts";
import { pass, say } from "./shell.ts";

async function findNewest(): Promise<string | undefined> {
  const usable = (await findTestPythons()).filter(({ minor }) => testedMinors.includes(minor));
  return usable.at(-1)?.path;
}

async function main(): Promise<number> {
  let python = await findNewest();
  if (python === undefined) {
    await provisionMissing([]);
    python = await findNewest();
  }
  if (python === undefined) {
    say(`demo: needs a CPython ${testedMinors.join(", ")}, and there is none here.`);
    return 1;
  }
  const program = "examples/orders.py";
  say(`tachyon run --python ${python} ${program}\n`);
  return await pass(
    Deno.execPath(),
    ["task", "--quiet", "tachyon", "run", "--python", python, ...Deno.args, program],
    { cwd: repository },
  );
}

Deno.exit(await main());
