import assert from "node:assert/strict";
import { olderMinors } from "../../scripts/pythons.ts";
import { supportedPythons } from "../pythons.ts";
import { untilSampled } from "./patience.ts";
import { startProgram } from "./running_program.ts";
import { ORDERS, runTachyon, SUBJECTS } from "./subjects.ts";

const subject = SUBJECTS[0]!;
const pythons = (await supportedPythons("RUN AND ATTACH")).filter(({ minor }) =>
  olderMinors.includes(minor)
);

for (const { path, version } of pythons) {
  Deno.test(`run and attach show the hot function of the example on Python ${version}`, async () => {
    const ran = await runTachyon(subject, ["run", "--python", path, ORDERS, "1"]);
    assert.equal(ran.status, 0, ran.stderr);
    const rows = ran.stdout.split("\n");
    const first = rows[rows.findIndex((row) => row.includes("filename:lineno(function)")) + 1];
    assert.match(first ?? "", /orders\.py:\d+\(find_coupons\)$/);
    assert.ok(ran.stdout.includes(`Python ${version}\n`), ran.stdout);

    await using program = await startProgram(path, [ORDERS, "30"]);
    const attached = await untilSampled((factor) => {
      const words = ["attach", "-a", "-d", String(0.5 * factor), "--collapsed", "-o", "-"];
      return runTachyon(subject, [...words, String(program.pid)]);
    }, /;orders\.py:find_coupons:/);
    assert.equal(attached.status, 0, attached.stderr);
    assert.match(attached.stdout, /^tid:\d+;orders\.py:<module>:\d+;.*;orders\.py:find_coupons:/m);
    assert.equal(program.runs(), true);
  });
}
