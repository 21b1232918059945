import assert from "node:assert/strict";
import { nameOf } from "../../scripts/pythons.ts";
import { freeThreadedPythons } from "../pythons.ts";
import { untilSampled } from "./patience.ts";
import { startProgram } from "./running_program.ts";
import { ORDERS, runTachyon, SUBJECTS } from "./subjects.ts";

const subject = SUBJECTS.at(-1)!;
const STACK = /^[^;]*;orders\.py:<module>:\d+;.*;orders\.py:find_coupons:/m;

for (const python of await freeThreadedPythons("RUN AND ATTACH")) {
  const name = nameOf(python);
  const { path, version } = python;

  Deno.test(`run shows the hot function of the example on Python ${name}`, async () => {
    const ran = await runTachyon(subject, ["run", "--python", path, ORDERS, "1"]);
    assert.equal(ran.status, 0, ran.stderr);
    const rows = ran.stdout.split("\n");
    const first = rows[rows.findIndex((row) => row.includes("filename:lineno(function)")) + 1];
    assert.match(first ?? "", /orders\.py:\d+\(find_coupons\)$/);
    assert.ok(ran.stdout.includes(`Python ${version} free-threaded\n`), ran.stdout);
  });

  Deno.test(`attach shows it however stacks are read on Python ${name}`, async () => {
    await using program = await startProgram(path, [ORDERS, "60"]);
    for (const how of [[], ["--blocking"], ["--mode", "cpu"], ["--mode", "gil"]]) {
      const attached = await untilSampled((factor) => {
        const words = ["attach", "-a", "-d", String(0.5 * factor), ...how, "--collapsed"];
        return runTachyon(subject, [...words, "-o", "-", String(program.pid)]);
      });
      assert.equal(attached.status, 0, attached.stderr);
      assert.match(attached.stdout, STACK);
      assert.equal(attached.stderr.includes("built without a GIL"), how.includes("gil"));
      const isOneMoment = how.includes("--blocking");
      assert.equal(attached.stderr.includes("read one after another"), !isOneMoment);
    }
    assert.equal(program.runs(), true);
  });
}
