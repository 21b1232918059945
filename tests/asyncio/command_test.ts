import assert from "node:assert/strict";
import { findPythons } from "../../scripts/pythons.ts";
import { inTemporary } from "../cli/command.ts";
import { runTachyon, SUBJECTS } from "../e2e/subjects.ts";
import { report, Target } from "../ffi/targets.ts";
import { interpreters } from "./interpreters.ts";

const busy = new URL("targets/busy.py", import.meta.url).pathname;
const subject = SUBJECTS.at(-1)!;
const asleep = ["-c", "import time; print(1, flush=True); time.sleep(60)"];

Deno.test("attach says that the tasks of an old Python cannot be read", async () => {
  const old = (await findPythons()).find(({ minor }) => ["3.8", "3.9", "3.10"].includes(minor));
  if (old === undefined) {
    return report("THE REFUSAL OF TASKS IS NOT TESTED: NO PYTHON OLDER THAN 3.11");
  }
  await using target = new Target(old.path, asleep);
  await target.line();
  const words = ["attach", "-d", "1", "--async-aware", String(target.pid)];
  const { status, stderr } = await runTachyon(subject!, words);
  assert.match(
    stderr,
    /runs Python 3\.\d+\.\d+, whose asyncio tasks cannot be read\.\n.*from 3\.11/,
  );
  assert.equal(status, 1);
});

Deno.test("attach says that a program has not imported asyncio", async () => {
  const python = interpreters.find(({ minor }) => minor === "3.13")!;
  await using target = new Target(python.path, asleep);
  await target.line();
  const words = ["attach", "-d", "1", "--async-mode", "all", String(target.pid)];
  const { status, stderr } = await runTachyon(subject!, words);
  assert.match(stderr, /has no asyncio tasks: it has not imported asyncio\.\n/);
  assert.equal(status, 1);
});

Deno.test("a mode of tasks that is none is refused", async () => {
  const { status, stderr } = await runTachyon(subject!, ["attach", "--async-mode", "some", "1"]);
  assert.match(stderr, /--async-mode.*some.*running, all/);
  assert.equal(status, 2);
});

Deno.test("every format shows tasks, and run waits for asyncio to be imported", async () => {
  const python = interpreters.at(-1)!;
  await inTemporary(async (cwd) => {
    const formats = ["pstats", "collapsed", "gecko", "jsonl", "pprof", "speedscope", "perfetto"];
    const outputs = [...formats, "flamegraph", "heatmap"].flatMap((
      name,
    ) => ["-o", `${name}:${name}`]);
    const words = ["run", "-q", "--python", python.path, "-d", "2", "--kill", "-r", "100"];
    const { stderr } = await runTachyon(
      subject!,
      [...words, "--async-mode", "all", "--binary", ...outputs, "-o", "binary:all.bin", busy],
      { cwd },
    );
    assert.doesNotMatch(stderr, /error/i);
    for (const name of formats.filter((name) => name !== "pprof")) {
      assert.match(await Deno.readTextFile(`${cwd}/${name}`), /sleeper 199/, name);
    }
    const replay = ["replay", "--collapsed", "-o", "-", "all.bin"];
    const { stdout } = await runTachyon(subject!, replay, { cwd });
    assert.match(stdout, /\n(Task-1;busy\.py:main:\d+;)?sleeper 199;busy\.py:sleeper:\d+;/);
    assert.match(stdout, /\n(Task-1;busy\.py:main:\d+;)?busy;.*;busy\.py:burn:\d+ /);
    assert.match(stdout, /;<idle> \d+/);
  });
});
