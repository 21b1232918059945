import assert from "node:assert/strict";
import { startProgram } from "./running_program.ts";
import { ORDERS, PYTHONS, runTachyon, SUBJECTS } from "./subjects.ts";

const PYTHON = PYTHONS.at(-1)!.path;

for (const subject of SUBJECTS) {
  Deno.test(`a limit on our own CPU time lowers the rate, and that is said, ${subject.name}`, async () => {
    await using program = await startProgram(PYTHON, [ORDERS, "30"]);
    const args = ["attach", "-r", "20k", "-d", "3", "--max-cpu", "5%", String(program.pid)];
    const { status, stdout, stderr } = await runTachyon(subject, args);
    assert.equal(status, 0);
    assert.match(stderr, /the rate was lowered to [\d.]+ k?Hz to stay within 5% of a CPU/);
    const [, count] = /^ {2}withheld ([\d,]+) ticks/m.exec(stdout)!;
    assert.ok(Number(count!.replaceAll(",", "")) > 10_000, count);
  });

  Deno.test(`a limit on what readings take of the program lowers the rate, and that is said, ${subject.name}`, async () => {
    await using program = await startProgram(PYTHON, [ORDERS, "30"]);
    const limit = ["--max-slowdown", "0.1%"];
    const args = ["attach", "-r", "2k", "-d", "2", ...limit, String(program.pid)];
    const { status, stdout, stderr } = await runTachyon(subject, args);
    assert.equal(status, 0);
    assert.match(stderr, /the rate was lowered to [\d.]+ k?Hz: .* and may take 0\.1% of its time/);
    const [, count] = /^ {2}withheld ([\d,]+) ticks .* by more than 0\.1%$/m.exec(stdout)!;
    // A reading takes 2 µs at least.
    assert.ok(Number(count!.replaceAll(",", "")) > 2500, count);
  });
}
