import assert from "node:assert/strict";
import { inTemporary } from "../cli/command.ts";
import { startProgram } from "./running_program.ts";
import { ORDERS, PYTHONS, runTachyon, SUBJECTS } from "./subjects.ts";

Deno.test("a capture is written without what a filter leaves out, and says so", async () => {
  await using program = await startProgram(PYTHONS.at(-1)!.path, [ORDERS, "30"]);
  await inTemporary(async (cwd) => {
    const filter = ["--include", "find_coupons", "--thread", "*"];
    const outputs = ["-o", "collapsed:a.txt", "-o", "json:a.json"];
    const words = ["attach", "-d", "1", ...filter, ...outputs, `${program.pid}`];
    const { status, stderr } = await runTachyon(SUBJECTS.at(-1)!, words, { cwd });
    assert.equal(status, 0, stderr);
    const lines = Deno.readTextFileSync(`${cwd}/a.txt`).trimEnd().split("\n");
    assert.ok(lines[0] !== "" && lines.every((line) => line.includes("find_coupons")));
    const { samples, filtered } = JSON.parse(Deno.readTextFileSync(`${cwd}/a.json`));
    assert.ok(samples > 0 && filtered > 0, `${samples} of ${samples + filtered}`);
    assert.match(stderr, /left out by a filter: threads "\*", with \/find_coupons\//);
  });
});
