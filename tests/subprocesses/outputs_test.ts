import assert from "node:assert/strict";
import { countProcesses } from "../../src/analysis/process_counts.ts";
import { nameFor } from "../../src/cli/split_names.ts";
import { emptyQuality } from "../../src/profile/quality.ts";
import { inTemporary, listFiles } from "../cli/command.ts";
import { PYTHONS, runTachyon, SUBJECTS } from "../e2e/subjects.ts";
import { readTruth, type Row, TREE } from "./truth.ts";

const [subject] = SUBJECTS;
const python = PYTHONS.at(-1)!;

/** Samples of each stack, all lines of some files together. */
function readStacks(directory: string, names: readonly string[]): Map<string, number> {
  const stacks = new Map<string, number>();
  for (const name of names) {
    const lines = Deno.readTextFileSync(`${directory}/${name}`).trimEnd().split("\n");
    for (const line of lines) {
      const [, stack, count] = /^(.*) (\d+)$/.exec(line)!;
      stacks.set(stack!, (stacks.get(stack!) ?? 0) + Number(count));
    }
  }
  return new Map([...stacks].sort());
}

Deno.test("outputs by pid and by command have together what the merged one has", async () => {
  await inTemporary(async (directory) => {
    const work = ["fork", "short=300", `exec=${python.path}`];
    const words = ["run", "--subprocesses", "-a", "--python", python.path];
    const { status, stdout, stderr } = await runTachyon(subject!, [
      ...[...words, "--by", "pid", "-o", "collapsed:live.txt", "-o", "json:live.json"],
      ...[TREE, ...work],
    ], { cwd: directory });
    assert.equal(status, 0, stderr);
    const pids = [...new Set(readTruth(stdout).map(({ pid }) => pid))];
    const root = readTruth(stdout).find(({ kind }) => kind === "root")!.pid;
    const replaced = readTruth(stdout).find(({ kind }) => kind === "after exec")!.pid;
    const tags = [...pids.filter((pid) => pid !== root).map((pid) => `_${pid}`), ""];
    assert.deepEqual(
      listFiles(directory),
      [...tags, `_${replaced}-2`].flatMap((tag) => [`live${tag}.json`, `live${tag}.txt`]).sort(),
    );
    for (const [tag, pid] of [["", root], [`_${replaced}-2`, replaced]] as const) {
      const own = JSON.parse(Deno.readTextFileSync(`${directory}/live${tag}.json`));
      assert.equal(own.target.pid, pid);
      const rows: readonly Row[] = own.processes;
      assert.equal(rows.length, 1);
      assert.equal(own.samples, rows[0]!.samples);
      assert.equal(own.samples, own.threads[0].samples);
    }
  });
  await inTemporary(async (directory) => {
    const run = (words: readonly string[]) => runTachyon(subject!, words, { cwd: directory });
    const words = ["run", "--subprocesses", "--python", python.path, "-o", "binary:a.bin"];
    assert.equal((await run([...words, TREE, "fork", "short=300,300"])).status, 0);
    const replay = ["replay", "-q", "a.bin", "-o"];
    assert.equal((await run([...replay, "collapsed:merged.txt"])).status, 0);
    assert.equal((await run([...replay, "collapsed:pid.txt", "--by", "pid"])).status, 0);
    assert.equal((await run([...replay, "collapsed:command.txt", "--by", "command"])).status, 0);
    const files = listFiles(directory);
    const [byPid, byCommand] = ["pid", "command"].map((way) =>
      files.filter((name) => name.startsWith(way))
    );
    assert.equal(byPid!.length, 4);
    assert.equal(byCommand!.length, 2, "the copy and the original, and two that are the same");
    const merged = readStacks(directory, ["merged.txt"]);
    assert.ok(merged.size > 0);
    assert.deepEqual(readStacks(directory, byPid!), merged);
    assert.deepEqual(readStacks(directory, byCommand!), merged);
  });
});

Deno.test("tables by pid follow one another on standard output", async () => {
  const words = ["run", "-q", "--subprocesses", "--by", "pid", "--python", python.path, TREE];
  const { stdout } = await runTachyon(subject!, [...words, "fork"]);
  const pids = [...stdout.matchAll(/^ {2}process {2}pid (\d+),/gm)].map(([, pid]) => Number(pid));
  const truth = readTruth(stdout);
  const [root, fork] = ["root", "fork"].map((one) => truth.find(({ kind }) => kind === one)!.pid);
  assert.deepEqual(pids, [root, fork]);
});

Deno.test("the pid stands in front of what a name ends with", () => {
  const name = (format: "collapsed" | "pprof" | "heatmap" | "pstats", path: string) =>
    nameFor({ format, path }, "7").path;
  assert.equal(name("collapsed", "a.b/out.txt"), "a.b/out_7.txt");
  assert.equal(name("collapsed", "a.b/out"), "a.b/out_7");
  assert.equal(name("collapsed", "out.v2.folded"), "out.v2_7.folded");
  assert.equal(name("collapsed", ".hidden"), ".hidden_7");
  assert.equal(name("pprof", "cpu.pb.gz"), "cpu_7.pb.gz");
  assert.equal(name("pstats", "t.pstats"), "t_7.pstats");
  assert.equal(name("heatmap", "pages"), "pages_7");
  assert.equal(name("collapsed", "-"), "-");
  assert.equal(name("collapsed", "/dev/null"), "/dev/null");
  assert.deepEqual(nameFor({ format: "csv" }, "7"), { format: "csv" });
});

Deno.test("processes that ran at the same time share their ticks, such as followed have their own", () => {
  const process = (startedUs: number, endedUs: number | undefined, ticks: number) => ({
    ...{ pid: 1, parent: 0, command: [], pythonVersion: "3.15.0", startedUs },
    ...(endedUs === undefined ? {} : { endedUs, ending: "ended" as const }),
    quality: { ...emptyQuality(), ticks, samples: ticks },
  });
  const beside = countProcesses([process(10, 110, 100), process(10, undefined, 100)], 110);
  assert.deepEqual(beside.quality, { ...emptyQuality(), ticks: 100, samples: 200 });
  assert.deepEqual([beside.fromUs, beside.durationUs], [10, 100]);
  const behind = countProcesses([process(210, 310, 100), process(10, 110, 100)], 900);
  assert.deepEqual(behind.quality, { ...emptyQuality(), ticks: 200, samples: 200 });
  assert.deepEqual([behind.fromUs, behind.durationUs], [10, 200]);
});
