import assert from "node:assert/strict";
import { listTree } from "../../src/cli/process_tree.ts";
import { inTemporary } from "../cli/command.ts";
import { startProgram } from "../e2e/running_program.ts";
import { PYTHONS, runTachyon, SUBJECTS } from "../e2e/subjects.ts";
import { type Row, TREE } from "./truth.ts";

const python = PYTHONS.at(-1)!;

/** Attaches to a process with those below it. Returns their rows. */
async function attach(pid: number, options: readonly string[]): Promise<readonly Row[]> {
  let rows: readonly Row[] = [];
  await inTemporary(async (directory) => {
    const words = ["attach", "--subprocesses", "-o", "json:a.json", ...options, String(pid)];
    const { status, stderr } = await runTachyon(SUBJECTS[0]!, words, { cwd: directory });
    assert.equal(status, 0, stderr);
    rows = JSON.parse(Deno.readTextFileSync(`${directory}/a.json`)).processes;
  });
  return rows;
}

/** Waits until a process has so many below it, and these have come to their work. */
async function untilTree(pid: number, count: number): Promise<void> {
  const until = performance.now() + 20_000;
  while (listTree(pid).length <= count && performance.now() < until) await pause(50);
  await pause(1000);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("attach takes the processes that are there, from the first tick on", async () => {
  await using program = await startProgram(python.path, [TREE, "prefork=60"]);
  await untilTree(program.pid, 3);
  const rows = await attach(program.pid, ["-d", "1"]);
  assert.equal(program.runs(), true);
  assert.equal(rows.length, 4);
  assert.equal(rows[0]!.pid, program.pid);
  for (const row of rows.slice(1)) assert.equal(row.parent, program.pid);
  for (const { samples, started_us, ending } of rows) {
    assert.ok(samples > 0);
    assert.equal(started_us, 0);
    assert.equal(ending, "capture-ended");
  }
});

Deno.test("attach to a launcher takes all Pythons below it", async () => {
  const line = '"$1" "$2" prefork=60 & "$1" "$2" prefork=60 & wait';
  await using shell = await startProgram("/bin/sh", ["-c", line, "sh", python.path, TREE]);
  await untilTree(shell.pid, 8);
  const rows = await attach(shell.pid, ["-d", "1"]);
  const pids = rows.map(({ pid }) => pid);
  for (const pid of pids) Deno.kill(pid, "SIGKILL");
  assert.equal(rows.length, 8);
  assert.equal(rows.filter(({ parent }) => parent === null).length, 2);
});

Deno.test("attach ends when the last process of the tree has ended", async () => {
  await inTemporary(async (directory) => {
    await using program = await startProgram(python.path, [
      TREE,
      "prefork=6",
      `leaving=${directory}/1`,
    ]);
    const rows = await attach(program.pid, []);
    assert.ok(rows.length > 1);
    for (const { ending, ended_us } of rows) {
      assert.equal(ending, "ended");
      assert.ok(ended_us > 0);
    }
  });
});
