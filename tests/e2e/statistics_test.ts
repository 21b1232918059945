import assert from "node:assert/strict";
import { startProgram } from "./running_program.ts";
import { ORDERS, PYTHONS, runTachyon, SUBJECTS } from "./subjects.ts";

const PYTHON = PYTHONS.at(-1)!.path;
const MOST_TRIES = 4;

for (const subject of SUBJECTS) {
  Deno.test(`a capture of some seconds says how sure its numbers are, ${subject.name}`, async () => {
    await using program = await startProgram(PYTHON, [ORDERS, "120"]);
    const args = ["attach", "-r", "2k", "-d", "8", String(program.pid)];
    let { status, stdout } = await runTachyon(subject, args);
    // On a busy machine exact readings may be too few, which is said then.
    for (let tries = 1; tries < MOST_TRIES && /^ {2}bias +not measured/m.test(stdout); tries++) {
      ({ status, stdout } = await runTachyon(subject, args));
    }
    assert.equal(status, 0);
    const [, worth] = /^ {2}samples .*; worth ([\d,]+) independent ones$/m.exec(stdout)!;
    assert.ok(Number(worth!.replaceAll(",", "")) > 100, worth);
    assert.match(
      stdout,
      /^ {2}bias +\S+ \(chance: \S+\) in leaf functions, \S+ \(chance: \S+\) in depths, against \d+ exact samples$/m,
    );
    assert.match(stdout, /^ *nsamples +sample% +± /m);
  });
}
