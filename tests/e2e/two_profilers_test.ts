import assert from "node:assert/strict";
import { inTemporary, listFiles } from "../cli/command.ts";
import { untilSampled } from "./patience.ts";
import { untilRecorded } from "./recorded.ts";
import { startProgram } from "./running_program.ts";
import { ORDERS, PYTHONS, runTachyon, SUBJECTS } from "./subjects.ts";

const SUBJECT = SUBJECTS.at(-1)!;
const PYTHON = PYTHONS.at(-1)!.path;
const FORKING = new URL("targets/forking.py", import.meta.url).pathname;

/** What the tests look at of a summary. */
interface Captured {
  readonly samples: number;
  readonly functions: readonly { readonly name: string; readonly total_share: number }[];
  readonly quality: { readonly rejected_share: number };
}

async function capture(pid: number, how: readonly string[]): Promise<Captured> {
  const { status, stdout, stderr } = await untilSampled((factor) =>
    runTachyon(SUBJECT, [
      ...["attach", ...how, "-d", String(1.5 * factor), "--json", "-o", "-", String(pid)],
    ])
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

Deno.test("two profilers look at one program and do not disturb one another", async () => {
  await using program = await startProgram(PYTHON, [ORDERS, "60"]);
  const ways = [["-a"], ["-a", "-r", "2khz"], ["--blocking"]];
  const all = await Promise.all(ways.map((how) => capture(program.pid, how)));
  for (const { functions, quality } of all) {
    const serve = functions.find(({ name }) => name === "serve");
    assert.ok(serve !== undefined && serve.total_share > 0.2);
    assert.ok(quality.rejected_share < 0.1, String(quality.rejected_share));
  }
  assert.equal(program.runs(), true);
});

Deno.test("a second profiler that would stop the program, too, is refused, and the first goes on", async () => {
  await using program = await startProgram(PYTHON, [ORDERS, "60"]);
  await inTemporary(async (cwd) => {
    const words = ["attach", "--blocking", "--binary", "-o", "a.bin", String(program.pid)];
    const { status, stderr } = await runTachyon(SUBJECT, words, {
      cwd,
      during: async (first) => {
        await untilRecorded(`${cwd}/a.bin.partial`);
        const second = await runTachyon(SUBJECT, ["attach", "--blocking", String(program.pid)]);
        assert.match(second.stderr, /cannot be stopped for its samples.*traces it/);
        assert.equal(second.status, 1);
        first.kill("SIGINT");
      },
    });
    assert.equal(status, 0, stderr);
    assert.deepEqual(listFiles(cwd), ["a.bin"]);
    assert.equal(program.runs(), true);
  });
});

for (const how of [[], ["--exact"], ["--blocking"]]) {
  const name = how[0] ?? "while it runs";
  Deno.test(`a program forks under a profiler, and its children end as they should, ${name}`, async () => {
    await inTemporary(async (cwd) => {
      const program = new Deno.Command(PYTHON, { args: [FORKING], stdin: "null" }).spawn();
      const words = ["attach", ...how, "-o", "binary:a.bin", "-o", "json:a.json", `${program.pid}`];
      const { status, stderr } = await runTachyon(SUBJECT, words, {
        cwd,
        during: async () => {
          await untilRecorded(`${cwd}/a.bin.partial`);
          Deno.kill(program.pid, "SIGUSR2");
        },
      });
      assert.equal((await program.status).code, 0);
      assert.equal(status, 0, stderr);
      const { functions } = JSON.parse(await Deno.readTextFile(`${cwd}/a.json`)) as Captured;
      assert.ok(functions.some(({ name }) => name === "fork_on"));
      // What its children do is none of its own.
      assert.ok(!functions.some(({ name }) => name === "child_work"));
    });
  });
}
