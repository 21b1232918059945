import assert from "node:assert/strict";
import { inTemporary, listFiles, processesIn } from "../cli/command.ts";
import { TMUX, TmuxTerminal } from "../live/tmux.ts";
import { untilRecorded } from "./recorded.ts";
import { startProgram } from "./running_program.ts";
import { ORDERS, PYTHONS, runTachyon, shellWords, SUBJECTS } from "./subjects.ts";

const SUBJECT = SUBJECTS.at(-1)!;
const PYTHON = PYTHONS.at(-1)!.path;
/** How long processes may take to end, ms. */
const PATIENCE_MS = 20_000;

/** Runs a test on a real terminal, in a folder of its own. */
function onTerminal(
  name: string,
  test: (terminal: TmuxTerminal, cwd: string) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: !TMUX,
    fn: () =>
      inTemporary(async (cwd) => {
        await using terminal = await TmuxTerminal.open(240, 30, cwd);
        await test(terminal, cwd);
      }),
  });
}

async function replay(cwd: string, file: string): Promise<{ ending: string; functions: string[] }> {
  const words = ["replay", "--json", "-o", "-", file];
  const { status, stdout, stderr } = await runTachyon(SUBJECT, words, { cwd });
  assert.equal(status, 0, stderr);
  const { capture, functions } = JSON.parse(stdout);
  return { ending: capture.ending, functions: functions.map((one: { name: string }) => one.name) };
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!holds() && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(holds());
}

onTerminal(
  "the status line stands on the terminal while it samples, and is gone behind it",
  async (terminal, cwd) => {
    await using program = await startProgram(PYTHON, [ORDERS, "60"]);
    await terminal.enter(shellWords(SUBJECT, ["attach", "-o", "a.txt", `${program.pid}`]));
    const line = /^\d+ s {2}[\d,]+ samples {2}.*\(Ctrl-C ends\)$/m;
    await terminal.until((text) => line.test(text));
    await terminal.press("C-c");
    const text = await terminal.until((text) => /written to a\.txt[^]*\$$/.test(text));
    assert.doesNotMatch(text, /Ctrl-C ends/);
    assert.equal(program.runs(), true);
    assert.deepEqual(listFiles(cwd), ["a.txt"]);
  },
);

onTerminal(
  "Ctrl-C ends the program of a run, and the shell's loop around it",
  async (terminal, cwd) => {
    const words = ["run", "--python", PYTHON, "-o", "binary:a.bin", ORDERS, "60"];
    const loop = `for i in 1 2; do ${shellWords(SUBJECT, words)}; echo status-$((100 + $?)); done`;
    await Deno.writeTextFile(`${cwd}/loop.sh`, `${loop}; echo went-on\n`);
    await terminal.enter("bash loop.sh");
    await untilRecorded(`${cwd}/a.bin.partial`);
    await terminal.press("C-c");
    const text = await terminal.until((text) => /written to a\.bin[^]*\$$/.test(text));
    assert.match(text, /KeyboardInterrupt/);
    assert.match(text, /binary written to a\.bin/);
    assert.doesNotMatch(text, /^(status-|went-on)/m);
    assert.deepEqual(listFiles(cwd), ["a.bin", "loop.sh"]);
    const { ending, functions } = await replay(cwd, "a.bin");
    assert.equal(ending, "target-ended");
    assert.ok(functions.includes("find_coupons"));
  },
);

onTerminal("a closed terminal ends a capture with its results written", async (terminal, cwd) => {
  await using program = await startProgram(PYTHON, [ORDERS, "60"]);
  const words = ["attach", "-o", "binary:a.bin", "-o", "collapsed:a.txt", `${program.pid}`];
  await terminal.enter(shellWords(SUBJECT, words));
  await untilRecorded(`${cwd}/a.bin.partial`);
  await terminal.close();
  await until(() => listFiles(cwd).join() === "a.bin,a.txt");
  await until(() => processesIn(cwd).length === 0);
  assert.equal((await replay(cwd, "a.bin")).ending, "interrupted");
  assert.match(await Deno.readTextFile(`${cwd}/a.txt`), /find_coupons/);
  assert.equal(program.runs(), true);
});

onTerminal(
  "a closed terminal ends a run and its program, with its results written",
  async (terminal, cwd) => {
    const words = ["run", "--python", PYTHON, "-o", "binary:a.bin", ORDERS, "60"];
    await terminal.enter(shellWords(SUBJECT, words));
    await untilRecorded(`${cwd}/a.bin.partial`);
    await terminal.close();
    await until(() => listFiles(cwd).join() === "a.bin");
    await until(() => processesIn(cwd).length === 0);
    assert.ok((await replay(cwd, "a.bin")).functions.includes("find_coupons"));
  },
);
