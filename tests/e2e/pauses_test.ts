import assert from "node:assert/strict";
import { inTemporary } from "../cli/command.ts";
import { sizeOf, untilRecorded } from "./recorded.ts";
import { startProgram } from "./running_program.ts";
import { ORDERS, PYTHONS, runTachyon, SUBJECTS } from "./subjects.ts";

const SUBJECT = SUBJECTS.at(-1)!;
const PAUSE_S = 1.5;

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

Deno.test("a profiler that was stopped for a while says so, and goes on", async () => {
  await using program = await startProgram(PYTHONS.at(-1)!.path, [ORDERS, "60"]);
  await inTemporary(async (cwd) => {
    const words = ["attach", "-o", "binary:a.bin", "-o", "json:a.json", `${program.pid}`];
    const { status, stderr } = await runTachyon(SUBJECT, words, {
      cwd,
      during: async (child) => {
        await untilRecorded(`${cwd}/a.bin.partial`);
        child.kill("SIGSTOP");
        await pause(PAUSE_S);
        const size = sizeOf(`${cwd}/a.bin.partial`)!;
        child.kill("SIGCONT");
        while (sizeOf(`${cwd}/a.bin.partial`)! === size) await pause(0.05);
        child.kill("SIGINT");
      },
    });
    assert.equal(status, 0, stderr);
    assert.match(stderr, /nothing was read for .*: tachyon had been stopped/);
    const { capture, quality, samples } = JSON.parse(await Deno.readTextFile(`${cwd}/a.json`));
    assert.ok(capture.pauses.longest_s > PAUSE_S - 0.1, String(capture.pauses.longest_s));
    assert.ok(quality.missed_ticks > (PAUSE_S - 0.1) * 1000, String(quality.missed_ticks));
    // Time that nobody saw is in the length of the capture, and in no sample.
    assert.ok(samples / 1000 < capture.duration_s - PAUSE_S + 0.1);
    const replay = await runTachyon(SUBJECT, ["replay", "--json", "-o", "-", "a.bin"], { cwd });
    assert.deepEqual(JSON.parse(replay.stdout).capture.pauses, capture.pauses);
  });
});
