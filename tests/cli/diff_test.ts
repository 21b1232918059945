import assert from "node:assert/strict";
import { inTemporary, listFiles, runFake } from "./command.ts";
import { recordRun } from "./recorded_programs.ts";

const WORK = { parse: 2500, render: 1500, save: 1000 };
const SLOWER = { parse: 3000, render: 1500, save: 1000 };

async function withRuns(work: (cwd: string) => Promise<void>): Promise<void> {
  await inTemporary(async (cwd) => {
    await Deno.writeFile(`${cwd}/base.bin`, recordRun({ work: WORK, seed: 1 }));
    await Deno.writeFile(`${cwd}/same.bin`, recordRun({ work: WORK, seed: 2 }));
    await Deno.writeFile(`${cwd}/slower.bin`, recordRun({ work: SLOWER, seed: 3 }));
    await work(cwd);
  });
}

Deno.test("diff of equal runs marks nothing and passes any gate", async () => {
  await withRuns(async (cwd) => {
    const words = ["diff", "--fail-above", "0", "base.bin", "same.bin"];
    const { status, stdout, stderr } = await runFake(words, { cwd });
    assert.match(stdout, /^Difference by share of samples\n {2}baseline {2}base\.bin, /);
    assert.match(stdout, /no function differs beyond it/);
    assert.doesNotMatch(stdout, /\*/);
    assert.equal(stderr, "");
    assert.equal(status, 0);
  });
});

Deno.test("diff marks what takes longer, whatever its lines, and fails above a limit", async () => {
  await withRuns(async (cwd) => {
    const words = ["diff", "--by", "time", "--fail-above", "15%", "base.bin", "slower.bin"];
    const { status, stdout, stderr } = await runFake(words, { cwd });
    const rows = stdout.split("\n").filter((line) => line.includes("x.py:"));
    assert.equal(rows.length, 4);
    assert.match(
      rows[0]!,
      /^\*more {2}3\.\d{3} s {2}2\.\d{3} s +\*\+0\.\d+ +\+.*x\.py:3\(parse\)$/,
    );
    assert.match(stderr, /^tachyon: parse takes \d+(\.\d)?% more than before, and 15% are allowed/);
    assert.equal(status, 3);
    const allowed = ["diff", "--by", "time", "--fail-above", "40", "base.bin", "slower.bin"];
    assert.equal((await runFake(allowed, { cwd })).status, 0);
    const faster = ["diff", "--by", "time", "--fail-above", "1", "slower.bin", "base.bin"];
    assert.equal((await runFake(faster, { cwd })).status, 0);
  });
});

Deno.test("diff tells scripts the same in JSON, all functions of it", async () => {
  await withRuns(async (cwd) => {
    const words = ["diff", "--json", "--by", "time", "-l", "1", "base.bin", "slower.bin"];
    const { stdout } = await runFake(words, { cwd });
    const found = JSON.parse(stdout);
    assert.equal(found.type, "tachyon-diff");
    assert.equal(found.unit, "us");
    assert.equal(found.functions.length, 4);
    const [parse] = found.functions;
    assert.equal(parse.name, "parse");
    assert.equal(parse.self.significant, true);
    assert.ok(parse.self.interval[0] > 0 && parse.self.p < 0.001);
    assert.ok(Math.abs(parse.self.difference - 500_000) < 200_000);
    assert.equal(found.base.metadata.pid, 4242);
  });
});

Deno.test("new and vanished functions are told, and text of targets cannot play tricks", async () => {
  await withRuns(async (cwd) => {
    const other = recordRun({ work: { parse: 2500, "evil\x1b[2J": 2000 }, seed: 4 });
    await Deno.writeFile(`${cwd}/other.bin`, other);
    const { stdout } = await runFake(["diff", "base.bin", "other.bin"], { cwd });
    assert.match(stdout, /^ *\*gone .*\(render\)$/m);
    assert.match(stdout, /^ *\*new .*\(evil\\x1b\[2J\)$/m);
    assert.ok(!stdout.includes("\x1b"));
    await Deno.writeTextFile(`${cwd}/a.txt`, "a/x.py:f:1 5\n");
    await Deno.writeTextFile(`${cwd}/b.txt`, "b/x.py:f:1 5\n");
    const apart = await runFake(["diff", "a.txt", "b.txt"], { cwd });
    assert.match(apart.stdout, /^ {2}paths {5}no function is in both/m);
    const short = await runFake(["diff", "-l", "2", "base.bin", "other.bin"], { cwd });
    assert.match(short.stdout, /^3 functions more \(--limit\)\.$/m);
  });
});

Deno.test("captures that were cut off are compared as if they had lasted equally long", async () => {
  await withRuns(async (cwd) => {
    const half = { parse: 1250, render: 750, save: 500 };
    const cut = recordRun({ work: half, seed: 5, ending: "duration" });
    await Deno.writeFile(`${cwd}/cut.bin`, cut);
    const { stdout } = await runFake(["diff", "--by", "time", "cut.bin", "base.bin"], { cwd });
    assert.match(stdout, /times {5}of the baseline are multiplied by (2\.0|1\.9)\d*, as if/);
    assert.match(stdout, /no function differs beyond it/);
  });
});

const STACKS = "main;parse 50\nmain;save 50\n";

Deno.test("what says nothing of noise or time is compared as far as it goes", async () => {
  await withRuns(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/a.txt`, STACKS);
    await Deno.writeTextFile(`${cwd}/b.txt`, STACKS.replace("50", "60"));
    const { stdout, status } = await runFake(["diff", "a.txt", "b.txt"], { cwd });
    assert.match(stdout, /noise {5}not known/);
    assert.match(stdout, /54\.55% +50\.00% +\+4\.55 .*parse$/m);
    assert.equal(status, 0);
    const gated = await runFake(["diff", "--fail-above", "5", "a.txt", "b.txt"], { cwd });
    assert.match(gated.stderr, /how far its numbers are noise/);
    assert.equal(gated.status, 1);
    const timed = await runFake(["diff", "--by", "time", "a.txt", "b.txt"], { cwd });
    assert.match(timed.stderr, /Nothing in a\.txt says how much time a sample is/);
    assert.equal(timed.status, 1);
  });
});

Deno.test("unlike captures are not compared, and it is said in what they differ", async () => {
  await withRuns(async (cwd) => {
    const all = recordRun({ work: WORK, seed: 6, metadata: { allThreads: true } });
    await Deno.writeFile(`${cwd}/all.bin`, all);
    const { status, stdout, stderr } = await runFake(["diff", "base.bin", "all.bin"], { cwd });
    assert.equal(
      stderr.split("\n")[0],
      "tachyon: The two profiles are not alike in threads: the baseline has the main thread only, " +
        "the other all threads.",
    );
    assert.equal(stdout, "");
    assert.equal(status, 1);
    const missing = await runFake(["diff", "base.bin", "no.bin"], { cwd });
    assert.match(missing.stderr, /There is no file no\.bin/);
    const wrong = await runFake(["diff", "base.bin"], { cwd });
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /See `tachyon diff --help`/);
  });
});

Deno.test("replay, attach and run hold their report against a baseline", async () => {
  await withRuns(async (cwd) => {
    const words = ["replay", "--diff-flamegraph", "base.bin", "-o", "d.html", "slower.bin"];
    const { status, stderr } = await runFake(words, { cwd });
    assert.match(stderr, /diff-flamegraph written to d\.html/);
    assert.equal(status, 0);
    assert.match(await Deno.readTextFile(`${cwd}/d.html`), /^<!doctype html>/);
    const both = ["--diff-flamegraph", "base.bin", "-o", "diff-flamegraph:e.html"];
    const run = await runFake(["run", ...both, "--", "sleep", "0.2"], { cwd });
    assert.match(run.stderr, /no Python process was seen/);
    const pid = String(Deno.pid);
    const attach = await runFake(["attach", "-d", "0.1", ...both, pid], { cwd });
    assert.match(attach.stderr, /diff-flamegraph written to e\.html/);
    assert.equal(attach.status, 0);
  });
});

Deno.test("a capture shows the collector as its baseline does, if nobody says", async () => {
  await inTemporary(async (cwd) => {
    const metadata = { features: { native: false, gc: false, opcodes: false } };
    await Deno.writeFile(`${cwd}/base.bin`, recordRun({ work: WORK, seed: 1, metadata }));
    const words = ["--diff-flamegraph", "base.bin", "-o", "diff-flamegraph:a.html"];
    const attach = (...more: string[]): ReturnType<typeof runFake> =>
      runFake(["attach", "-d", "0.1", ...more, ...words, String(Deno.pid)], { cwd });
    const { status, stderr } = await attach();
    assert.equal(status, 0, stderr);
    assert.match((await attach("--gc")).stderr, /not alike in frames of the garbage collector/);
  });
});

Deno.test("a baseline that cannot be compared with is refused before anything begins", async () => {
  await withRuns(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/start.sh`, "touch started");
    const script = ["--", "sh", "start.sh"];
    const cases: readonly [words: string[], message: RegExp, status: number][] = [
      [["run", "-a", "--diff-flamegraph", "base.bin", ...script], /not alike in threads/, 1],
      [["run", "--exact", "--diff-flamegraph", "base.bin", ...script], /not alike in consist/, 1],
      [
        ["run", "--no-gc", "--diff-flamegraph", "base.bin", ...script],
        /alike in frames of the g/,
        1,
      ],
      [["attach", "--diff-flamegraph", "no.bin", "1"], /There is no file no\.bin/, 1],
      [["run", "-o", "diff-flamegraph:", ...script], /add --diff-flamegraph BASE/, 2],
      [["replay", "--diff-flamegraph", "base.bin", "-o", "base.bin", "same.bin"], /to be read/, 2],
    ];
    const before = listFiles(cwd);
    for (const [words, message, status] of cases) {
      const outcome = await runFake(words, { cwd });
      assert.match(outcome.stderr, message);
      assert.equal(outcome.status, status);
    }
    assert.deepEqual(listFiles(cwd), before);
  });
});
