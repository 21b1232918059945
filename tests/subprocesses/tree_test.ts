import assert from "node:assert/strict";
import { PYTHONS } from "../e2e/subjects.ts";
import { supportedPythons } from "../pythons.ts";
import { assertCpuTime, captureTree, rowOf, truthOf } from "./captured.ts";

const newest = PYTHONS.at(-1)!;
const other = (await supportedPythons("exec OF ANOTHER VERSION"))
  .find(({ minor }) => minor !== newest.minor)!;

Deno.test("children that run shortly have as many samples as they took CPU time", async () => {
  const captured = await captureTree(newest.path, ["short"]);
  const root = truthOf(captured, "root");
  for (const ms of [50, 150, 500]) {
    const truth = truthOf(captured, `short ${ms}`);
    const row = rowOf(captured, truth);
    assertCpuTime(row, truth);
    assert.equal(row.parent, root.pid);
    assert.equal(row.ending, "ended");
    assert.deepEqual(row.command.slice(-3), ["burn", `short ${ms}`, String(ms)]);
  }
  assert.equal(rowOf(captured, root).parent, null);
});

Deno.test("copies, children of children and what is below a shell belong to the tree", async () => {
  const captured = await captureTree(newest.path, ["fork", "grandchild", "shell"]);
  const root = truthOf(captured, "root");
  const parents = { fork: root.pid, child: root.pid, "below a shell": root.pid };
  for (const [kind, parent] of Object.entries(parents)) {
    const truth = truthOf(captured, kind);
    assertCpuTime(rowOf(captured, truth), truth);
    assert.equal(rowOf(captured, truth).parent, parent, kind);
  }
  const truth = truthOf(captured, "grandchild");
  assertCpuTime(rowOf(captured, truth), truth);
  assert.equal(rowOf(captured, truth).parent, truthOf(captured, "child").pid);
});

Deno.test("a copy that Python learns of only late is sampled before and after", async () => {
  const captured = await captureTree(newest.path, ["told_late"]);
  const truth = truthOf(captured, "told late");
  assertCpuTime(rowOf(captured, truth), truth);
});

Deno.test("a process that starts another Python in its place has a row for each of them", async () => {
  const captured = await captureTree(newest.path, [`exec=${other.path}`]);
  const [before, after] = [truthOf(captured, "before exec"), truthOf(captured, "after exec")];
  assert.equal(before.pid, after.pid);
  const first = rowOf(captured, before, newest.version);
  assertCpuTime(first, before);
  assert.equal(first.ending, "replaced");
  const second = rowOf(captured, after, other.version);
  // The time before it was replaced counts for the process.
  assertCpuTime(second, { ...after, cpu_ms: after.cpu_ms - before.cpu_ms });
  assert.ok(second.started_us >= first.ended_us);
});

Deno.test("processes that their parents leave stay in the tree", async () => {
  const captured = await captureTree(newest.path, ["daemon=DONE.1", "leaving=DONE.2"]);
  for (const kind of ["daemon", "leaving", "left"]) {
    const truth = truthOf(captured, kind);
    assertCpuTime(rowOf(captured, truth), truth);
  }
  assert.equal(
    rowOf(captured, truthOf(captured, "left")).parent,
    truthOf(captured, "leaving").pid,
  );
});

for (const method of ["fork", "spawn", "forkserver"]) {
  Deno.test(`the workers of a pool are sampled that begin by ${method}`, async () => {
    const captured = await captureTree(newest.path, [`pool=${method}`]);
    const workers = captured.truth.filter(({ kind }) => kind === "pool");
    assert.equal(workers.length, 3);
    for (const truth of workers) assertCpuTime(rowOf(captured, truth), truth);
    const roles = captured.rows.map(({ role }) => role).filter((role) => role !== null).sort();
    const expected = { fork: [], spawn: ["resource-tracker"] }[method] ??
      ["fork-server", "resource-tracker"];
    assert.deepEqual(roles, expected);
  });
}

Deno.test("the workers of a server that forks them are sampled until they end", async () => {
  const captured = await captureTree(newest.path, ["prefork"]);
  const workers = captured.truth.filter(({ kind }) => kind === "worker");
  assert.equal(workers.length, 3);
  for (const truth of workers) assertCpuTime(rowOf(captured, truth), truth);
});

Deno.test("threads say whose they are, and processes' counts add up to the whole", async () => {
  const { rows, json } = await captureTree(newest.path, ["fork", "short=50"], ["-a"]);
  const byProcess = rows.map(() => 0);
  for (const { process, samples } of json.threads) byProcess[process]! += samples;
  assert.deepEqual(byProcess, rows.map(({ samples }) => samples));
  assert.equal(rows.reduce((sum, { samples }) => sum + samples, 0), json.samples);
  for (const { started_us, ended_us } of rows) assert.ok(started_us >= 0 && ended_us >= started_us);
});
