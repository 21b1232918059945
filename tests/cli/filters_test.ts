import assert from "node:assert/strict";
import { inTemporary, runFake } from "./command.ts";
import { recordRun } from "./recorded_programs.ts";

const WORK = { parse: 300, render: 200, save: 100 };

async function withRecording(work: (cwd: string) => Promise<void>): Promise<void> {
  await inTemporary(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.bin`, recordRun({ work: WORK, seed: 1 }));
    await work(cwd);
  });
}

Deno.test("replay writes what a filter leaves, and every output says what was left out", async () => {
  await withRecording(async (cwd) => {
    const filter = ["--include", "parse|save", "--exclude", "^save$", "--thread", "Main?h*"];
    const outputs = ["-o", "collapsed:a.txt", "-o", "json:a.json", "-o", "pstats:a.pstats.txt"];
    const words = ["replay", ...filter, ...outputs, "-o", "binary:b.bin", "a.bin"];
    const { status, stderr } = await runFake(words, { cwd });
    assert.equal(status, 0, stderr);
    assert.match(stderr, /were left out by a filter: threads "Main\?h\*", with \/parse\|save\//);
    const text = (name: string): string => Deno.readTextFileSync(`${cwd}/${name}`);
    assert.match(text("a.txt"), /parse/);
    assert.doesNotMatch(text("a.txt"), /render|save/);
    const { samples, filtered, capture } = JSON.parse(text("a.json"));
    assert.ok(samples > 250 && samples < 350 && filtered > 250 && filtered < 350);
    assert.deepEqual(capture.filters, [
      { threads: ["Main?h*"], include: ["parse|save"], exclude: ["^save$"] },
    ]);

    const again = await runFake(["replay", "-q", "--include", "x\\.py", "b.bin"], { cwd });
    assert.match(again.stdout, new RegExp(`filtered .*: ${filtered} samples left out`));
    const diff = await runFake(["diff", "a.bin", "b.bin"], { cwd });
    assert.match(
      diff.stderr,
      /not alike in filters: the baseline has none, the other threads "Main/,
    );
  });
});

Deno.test("patterns that are wrong are refused before anything begins", async () => {
  await withRecording(async (cwd) => {
    for (const [option, pattern] of [["--include", "(a"], ["--exclude", "(?=a)"]] as const) {
      for (const words of [["replay", "a.bin"], ["attach", "1"], ["run", "a.bin"]]) {
        const [command, target] = words as [string, string];
        const { status, stderr } = await runFake([command, option, pattern, target], { cwd });
        assert.equal(status, 2);
        assert.match(stderr, new RegExp(`The pattern of ${option} is wrong: `));
      }
    }
  });
});

Deno.test("a pattern that takes others for ever takes no time", async () => {
  await withRecording(async (cwd) => {
    const started = performance.now();
    const words = ["replay", "-q", "--exclude", "((a*)*|[a-z]*)*(.*.*=.*){8}$", "a.bin"];
    const { status } = await runFake(words, { cwd });
    assert.equal(status, 0);
    assert.ok(performance.now() - started < 30_000);
  });
});
