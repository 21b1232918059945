import assert from "node:assert/strict";
import { type OptionShape, splitRun, type Target } from "../../src/cli/run_arguments.ts";

const OPTIONS: readonly OptionShape[] = [
  { short: "-r", long: "--sampling-rate", required: true },
  { short: "-o", long: "--output", required: true },
  { short: "-a", long: "--all-threads", required: false },
  { short: "-q", long: "--quiet", required: false },
];

/** Own options, kind, and the program's words, on one line. */
function split(line: string): string {
  const { own, target }: { own: readonly string[]; target?: Target } = splitRun(
    line.split(" ").filter((word) => word !== ""),
    OPTIONS,
  );
  return [...own, ...(target === undefined ? ["none"] : [`[${target.kind}]`, ...target.words])]
    .join(" ");
}

Deno.test("options end at the script, and all behind it is the program's", () => {
  assert.equal(
    split("-a -r 10khz app.py -r 5 -- -m x"),
    "-a -r 10khz [script] app.py -r 5 -- -m x",
  );
  assert.equal(split("app.py --help"), "[script] app.py --help");
  assert.equal(split("- x"), "[script] - x");
});

Deno.test("values of options are not taken for the script", () => {
  assert.equal(split("-r10khz app.py"), "-r10khz [script] app.py");
  assert.equal(split("--sampling-rate=5 app.py"), "--sampling-rate=5 [script] app.py");
  assert.equal(split("--sampling-rate 5 app.py"), "--sampling-rate 5 [script] app.py");
  assert.equal(split("-aqo out.txt app.py"), "-aqo out.txt [script] app.py");
  assert.equal(split("-aoout.txt app.py"), "-aoout.txt [script] app.py");
});

Deno.test("-m makes the next word a module, however it is written", () => {
  assert.equal(split("-a -m pytest -q -x"), "-a [module] pytest -q -x");
  assert.equal(split("-m -a pytest -x"), "-a [module] pytest -x");
  assert.equal(split("--module json.tool f"), "[module] json.tool f");
  assert.equal(split("--module=json.tool f"), "[module] json.tool f");
  assert.equal(split("-mjson.tool -m"), "[module] json.tool -m");
  assert.equal(split("-m -- pytest"), "[module] pytest");
});

Deno.test("behind -- stands a whole command line", () => {
  assert.equal(split("-q -- uv run -r x app.py"), "-q [command] uv run -r x app.py");
  assert.equal(split("-- -m x"), "[command] -m x");
  assert.equal(split("-- sh -- x"), "[command] sh -- x");
});

Deno.test("nothing to run is no target, and unknown options are left to the parser", () => {
  for (const line of ["", "-a", "--", "-m", "-r 5"]) assert.match(split(line), /none$/, line);
  assert.equal(split("-r"), "-r none");
  assert.equal(split("--sorr app.py"), "--sorr [script] app.py");
});
