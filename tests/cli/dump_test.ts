import assert from "node:assert/strict";
import { execute, runFake } from "./command.ts";

const PID = String(Deno.pid);
/** What must never reach a terminal. */
// deno-lint-ignore no-control-regex
const HARMFUL = /[\x00-\x09\x0b-\x1f\x7f\u202e]/;

Deno.test("dump prints threads with their names and labels, and frames, oldest first", async () => {
  const { status, stdout, stderr } = await runFake(["dump", "-a", PID]);
  assert.equal(stderr, "");
  assert.equal(status, 0);
  assert.match(stdout, new RegExp(`^Process ${PID}, Python 3\\.14\\.2: .*deno`));
  assert.match(
    stdout,
    /^Thread 77 ".*" \(interpreter 2, has GIL, on CPU, daemon; most recent call last\):$/m,
  );
  assert.match(stdout, /in evil.*\n {2}File "\/srv\/gone\.py", line 3, in leaf\n/);
});

Deno.test("hostile names, paths and values are spelled out, in both forms", async () => {
  for (const form of [[], ["--json"]]) {
    const { stdout } = await runFake(["dump", "-a", "--locals", ...form, PID]);
    assert.doesNotMatch(stdout, HARMFUL);
    assert.match(stdout, /evil/);
  }
});

Deno.test("dump --json is one object that a script can read", async () => {
  const { stdout, status } = await runFake(["dump", "-a", "--locals", "--blocking", "--json", PID]);
  assert.equal(status, 0);
  const dump = JSON.parse(stdout);
  assert.equal(dump.format, "tachyon-dump");
  assert.equal(dump.stoppedUs, 1500);
  const [thread] = dump.threads;
  assert.equal(thread.tid, 77);
  assert.equal(thread.interpreter, 2);
  assert.deepEqual([thread.hasGil, thread.onCpu, thread.hasException], [true, true, null]);
  assert.deepEqual(thread.frames.map((frame: { line: number | null }) => frame.line), [null, 3]);
  assert.equal(thread.frames[0].locals[0].value, "'evil\\x1b[31m\\u202e\\n'");
});

Deno.test("a thread that cannot be read is said to be so, and is a failure", async () => {
  const { status, stdout, stderr } = await runFake(["dump", PID], { env: { FAKE_TORN: "1" } });
  assert.equal(status, 1);
  assert.match(stdout, /Not read: its stack changed in each of 1,234 readings/);
  assert.match(stderr, /could not be read.*\n.*--blocking/);
});

for (
  const [fault, said] of [
    ["no-such-process", /There is no process with pid/],
    ["denied", /The system does not let us read/],
    ["not-python", /does not run Python/],
    ["not-stoppable", /cannot be stopped/],
    ["target-ended", /ended before/],
  ] as const
) {
  Deno.test(`dump of a process that is ${fault} says so and fails`, async () => {
    const { status, stdout, stderr } = await runFake(["dump", PID], { env: { FAKE_FAULT: fault } });
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.match(stderr, said);
  });
}

Deno.test("a mistake in the command line of dump is bad usage", async () => {
  for (const args of [[], ["x"], ["-d", "1", PID], ["--mode", "cpu", PID]]) {
    const { status, stdout, stderr } = await runFake(["dump", ...args]);
    assert.equal(status, 2, args.join(" "));
    assert.equal(stdout, "");
    assert.match(stderr, /See `tachyon dump --help`/);
  }
});

Deno.test("a dump that nobody reads to its end is no fault", async () => {
  const fake = new URL("fake_tachyon.ts", import.meta.url).pathname;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const line = `'${Deno.execPath()}' run -q -A --config '${config}' '${fake}' dump ${PID}`;
  const { status, stderr } = await execute("bash", ["-c", `set -o pipefail; ${line} | true`]);
  assert.equal(stderr, "");
  assert.equal(status, 0);
});

Deno.test("tasks are shown below those that await them, and as JSON", async () => {
  const { stdout } = await runFake(["dump", "--async-aware", PID]);
  assert.doesNotMatch(stdout, HARMFUL);
  assert.match(stdout, /\n {2}Task "top" \(thread 77\):\n.*\n {4}Task "left" \(thread 77\):\n/);
  assert.match(stdout, /\n {6}Task "evil.*" \(thread 77; awaited also by "right"\):\n/);
  assert.match(stdout, /\n {2}2 tasks "Task-5", "Task-6" \(thread 77\):\n/);
  assert.match(stdout, /\n {2}Task "runs" \(thread 77; running: see its thread\)\n/);
  const json = await runFake(["dump", "--async-mode", "running", "--json", PID]);
  const { tasks } = JSON.parse(json.stdout);
  assert.deepEqual(tasks[3].awaitedBy, [2, 3]);
  assert.equal(tasks[6].running, true);
});
