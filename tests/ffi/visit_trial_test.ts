import assert from "node:assert/strict";
import { NOT_THERE, type Process } from "../../ffi/process.ts";
import { loadLinuxHelper } from "../../ffi/helper/library.ts";
import { tryVisits } from "../../ffi/linux/visit_trial.ts";
import { anyPython, MOVER, open, Target } from "./targets.ts";

/** Says an address at which there is something to read, and goes on like that. */
const program = (goesOn: string): string => `
import time
print(id(None), flush=True)
${goesOn}
`;

/** More than a visit takes anywhere, µs. */
const MUCH = 500;

/** Whether a thread of ours keeps a CPU from sleeping. */
function hasIdler(): boolean {
  return [...Deno.readDirSync("/proc/self/task")].some(({ name }) =>
    Deno.readTextFileSync(`/proc/self/task/${name}/comm`) === "idler\n"
  );
}

for (
  const [what, goesOn] of [["runs", "while True: pass"], ["sleeps", "time.sleep(60)"]] as const
) {
  Deno.test(`what visits take is tried out on a program that ${what}`, async () => {
    await using child = new Target(await anyPython(), ["-c", program(goesOn)]);
    const at = Number(await child.line());
    using process = open(child.pid);
    const found = process.tryVisits!(child.pid, at);
    assert.ok(found !== undefined && found > 0.5 && found < MUCH, `${found} µs`);
    assert.equal(hasIdler(), false);
    assert.equal(process.alive(), true);
  });
}

Deno.test("a program that is held, or sleeps, gives what one that runs gives", async () => {
  const found: number[] = [];
  for (const how of ["running", "held", "sleeping"]) {
    const goesOn = how === "sleeping" ? "time.sleep(60)" : "while True: pass";
    await using child = new Target(await anyPython(), ["-c", program(goesOn)]);
    const at = Number(await child.line());
    using process = open(child.pid);
    if (how === "held") Deno.kill(child.pid, "SIGSTOP");
    const tried = Array.from({ length: 15 }, () => process.tryVisits!(child.pid, at) ?? []).flat();
    found.push(tried.sort((a, b) => a - b)[tried.length >> 1]!);
  }
  const [running, held, sleeping] = found as [number, number, number];
  assert.ok(held > 0.6 * running && sleeping > 0.6 * running, `${found} µs`);
});

Deno.test("it is tried out on a program that goes from CPU to CPU, ours among them", async () => {
  await using child = new Target(await anyPython(), ["-c", program("while True: pass")]);
  const at = Number(await child.line());
  await using mover = new Target(await anyPython(), ["-c", MOVER, `${child.pid}`, "0.003"]);
  await mover.line();
  using process = open(child.pid);
  const found = Array.from({ length: 20 }, () => process.tryVisits!(child.pid, at));
  const known = found.filter((us) => us !== undefined && us < MUCH).length;
  assert.ok(known >= 15, `${found}`);
});

Deno.test("while it is on our own CPU it is tried again", async () => {
  await using child = new Target(await anyPython(), ["-c", program("while True: pass")]);
  const at = Number(await child.line());
  using process = open(child.pid);
  let readings = 0;
  const near: Process = Object.assign(Object.create(process), {
    threadCpu: (tid: number) => process.threadCpu(tid),
    leave: () => process.leave(),
    visit: (...visit: Parameters<Process["visit"]>) =>
      ++readings <= 100 ? 8 : process.visit(...visit),
  });
  const found = tryVisits(near, loadLinuxHelper(), child.pid, at);
  assert.ok(found !== undefined && found > 0.5 && found < MUCH, `${found} µs`);
});

Deno.test("where nobody may be on the program's CPU, nothing is known", async () => {
  await using child = new Target(await anyPython(), ["-c", program("time.sleep(60)")]);
  const at = Number(await child.line());
  using process = open(child.pid);
  const refused: Process = Object.assign(Object.create(process), { visit: () => NOT_THERE });
  refused.threadCpu = (tid) => process.threadCpu(tid);
  assert.equal(tryVisits(refused, loadLinuxHelper(), child.pid, at), undefined);
  assert.equal(hasIdler(), false);
});

Deno.test("of a program that has ended nothing is known", async () => {
  await using child = new Target(await anyPython(), ["-c", program("time.sleep(60)")]);
  const at = Number(await child.line());
  using process = open(child.pid);
  await child[Symbol.asyncDispose]();
  assert.equal(process.tryVisits!(child.pid, at), undefined);
});
