import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import { runFake } from "./command.ts";

/** Each of these is bad usage: status 2, one message that fits, nothing on standard output. */
const BAD: readonly [line: string, message: RegExp][] = [
  ["atach 5", /unknown command 'atach'.*\n.*Did you mean attach\?/],
  ["attach --colapsed 5", /unknown option '--colapsed'.*\n.*Did you mean --collapsed\?/],
  ["attach --svg 5", /unknown option '--svg'/],
  ["attach", /missing required argument 'pid'/],
  ["attach x", /'x' is invalid.*process id is a whole number/],
  ["attach 0", /process id is a whole number/],
  ["attach 5 6", /too many arguments/],
  ["attach -r 0 5", /0\.1 Hz to 1 MHz/],
  ["attach -r 2000khz 5", /0\.1 Hz to 1 MHz/],
  ["attach -r fast 5", /500, 2\.5k, 10khz/],
  ["attach -i 0 5", /0\.1 Hz to 1 MHz/],
  ["attach -d 0 5", /more than 0 seconds/],
  ["attach -d 5", /missing required argument 'pid'/],
  ["attach -r", /argument missing/],
  ["attach -r 5 -i 5 5", /cannot be used with option '-i, --interval/],
  ["attach --exact --blocking 5", /cannot be used with option/],
  ["attach --subprocesses --blocking 5", /cannot be used with option/],
  ["attach --by pid 5", /'--by' is for several processes/],
  ["attach --by thread --subprocesses 5", /Allowed choices/],
  ["attach --subprocesses --by pid --every 60s -o collapsed:%n 5", /'--by' does not go with/],
  ["attach --mode fast 5", /Allowed choices are wall, cpu, gil, exception/],
  ["attach --mode", /argument missing/],
  ["attach --pstats --collapsed -o x 5", /several formats cannot all go to 'x'/],
  ["attach -o x -o y 5", /more than one '-o' without a format/],
  ["attach -o x -o collapsed:y 5", /not said which format goes to 'x'/],
  ["attach -o collapsed:x -o pstats:./x 5", /Two outputs would go to \.\/x/],
  ["attach --pstats -o collapsed:- 5", /Two outputs would go to standard output/],
  ["attach --collapsed --browser 5", /'--browser' is for a report: add --flamegraph/],
  ["attach --collapsed --sort name 5", /'--sort' is for pstats/],
  ["attach --collapsed -l 5 5", /'--limit' is for pstats/],
  ["attach --collapsed --no-summary 5", /'--no-summary' is for pstats/],
  ["attach --threads 5", /'--threads' is for collapsed/],
  ["attach -o pstats:x --no-threads 5", /'--no-threads' is for collapsed/],
  ["attach --collapsed --granularity word 5", /Allowed choices are line, function, file/],
  ["attach --sort speed 5", /Allowed choices are nsamples, tottime/],
  ["attach -l -1 5", /whole number of rows/],
  ["run", /nothing to run: name a script/],
  ["run -m", /nothing to run/],
  ["run --", /nothing to run/],
  ["run --sorr name x.py", /unknown option '--sorr'.*\n.*Did you mean --sort\?/],
  ["run --kill x.py", /'--kill' needs '-d/],
];

for (const [line, message] of BAD) {
  Deno.test(`\`tachyon ${line}\` is bad usage`, async () => {
    const { status, stdout, stderr } = await runFake(line.split(" "));
    assert.match(stderr, message);
    assert.match(stderr, /See `tachyon .*--help`|with `-o`/);
    assert.doesNotMatch(stderr, /\bat .*\.ts:\d+/);
    assert.equal(stdout, "");
    assert.equal(status, 2);
  });
}

Deno.test("no command at all prints the help as bad usage", async () => {
  const { status, stdout, stderr } = await runFake([]);
  assert.match(stderr, /Usage: tachyon <command>/);
  assert.equal(stdout, "");
  assert.equal(status, 2);
});

Deno.test("help goes to standard output and shows examples of each command", async () => {
  for (const words of [["--help"], ["run", "--help"], ["attach", "-h"]]) {
    const { status, stdout, stderr } = await runFake(words);
    assert.match(stdout, /^Usage: tachyon/);
    assert.match(stdout, /Examples:\n {2}tachyon /);
    assert.equal(stderr, "");
    assert.equal(status, 0);
  }
});

Deno.test("--version prints the version", async () => {
  const { status, stdout } = await runFake(["--version"]);
  assert.equal(stdout, `tachyon ${config.version}\n`);
  assert.equal(status, 0);
});

Deno.test("hostile words come back spelled out", async () => {
  const { stderr } = await runFake(["attach", "--\x1b[31m\u202e", "5"]);
  assert.doesNotMatch(stderr.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
});
