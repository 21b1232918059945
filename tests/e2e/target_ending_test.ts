import assert from "node:assert/strict";
import { inTemporary, listFiles, processesIn } from "../cli/command.ts";
import { untilRecorded } from "./recorded.ts";
import { startProgram } from "./running_program.ts";
import { PYTHONS, runTachyon, SUBJECTS } from "./subjects.ts";

const SUBJECT = SUBJECTS.at(-1)!;
const PYTHON = PYTHONS.at(-1)!.path;
const OTHER_PYTHON = PYTHONS[0]!.path;
const TARGET = new URL("targets/endings.py", import.meta.url).pathname;
const OUTPUTS = ["-o", "binary:a.bin", "-o", "json:a.json"];

/** How a program ends, what that is called, and the status of `run`. */
const ENDINGS: readonly [string, string, Deno.Signal, number][] = [
  ["exit", "target-ended", "SIGUSR2", 0],
  ["_exit", "target-ended", "SIGUSR2", 7],
  ["killed", "target-ended", "SIGKILL", 137],
  ["crashed", "target-ended", "SIGSEGV", 139],
  ["exec", "target-replaced", "SIGUSR2", 0],
  ["python", "target-replaced", "SIGUSR2", 0],
];

/** Holds the outputs of a capture against each other and against how it has to have ended. */
async function checkOutputs(cwd: string, ending: string): Promise<void> {
  assert.deepEqual(listFiles(cwd), ["a.bin", "a.json"]);
  const { capture, samples, functions } = JSON.parse(await Deno.readTextFile(`${cwd}/a.json`));
  assert.equal(capture.ending, ending);
  assert.ok(functions.some(({ name }: { name: string }) => name === "work"));
  const replay = await runTachyon(SUBJECT, ["replay", "--json", "-o", "-", "a.bin"], { cwd });
  const again = JSON.parse(replay.stdout);
  assert.deepEqual([again.capture.ending, again.samples], [ending, samples]);
}

for (const [how, ending, signal, expected] of ENDINGS) {
  Deno.test(`what was captured of a program is written when it ends: ${how}`, async () => {
    await using program = await startProgram(PYTHON, [TARGET, how, OTHER_PYTHON]);
    await inTemporary(async (cwd) => {
      const words = ["attach", ...OUTPUTS, String(program.pid)];
      const { status, stderr } = await runTachyon(SUBJECT, words, {
        cwd,
        during: async () => {
          await untilRecorded(`${cwd}/a.bin.partial`);
          Deno.kill(program.pid, signal);
        },
      });
      assert.equal(status, 0, stderr);
      await checkOutputs(cwd, ending);
    });
  });
  if (ending === "target-replaced") continue;
  Deno.test(`run ends as its program does, and leaves nothing behind: ${how}`, async () => {
    await inTemporary(async (cwd) => {
      const words = ["run", ...OUTPUTS, "--python", PYTHON, TARGET, how];
      const { status, stderr } = await runTachyon(SUBJECT, words, {
        cwd,
        during: async (tachyon) => {
          await untilRecorded(`${cwd}/a.bin.partial`);
          const program = processesIn(cwd).map(Number).filter((pid) => pid !== tachyon.pid);
          assert.equal(program.length, 1);
          Deno.kill(program[0]!, signal);
        },
      });
      assert.equal(status, expected, stderr);
      await checkOutputs(cwd, ending);
      assert.deepEqual(processesIn(cwd), []);
    });
  });
}
