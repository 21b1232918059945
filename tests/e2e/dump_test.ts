import assert from "node:assert/strict";
import { execute, inTemporary, type Outcome } from "../cli/command.ts";
import { startProgram } from "./running_program.ts";
import { PYTHONS, runTachyon, shellWords, type Subject, SUBJECTS } from "./subjects.ts";

const PROGRAM = `
import threading, time

def inner(größe, password):
    answer = [größe, "测试"]; time.sleep(60 + answer[0])

def outer(): inner(7, password="hunter2")

threading.Thread(target=outer, name="wörker", daemon=True).start()
time.sleep(
    60)
`;

/** Takes a dump of a program, again until it has come to where a pattern fits. */
async function dumpAt(
  ready: RegExp,
  subject: Subject,
  args: readonly string[],
): Promise<Outcome> {
  let outcome = await runTachyon(subject, ["dump", ...args]);
  for (let tries = 0; tries < 20 && !ready.test(outcome.stdout); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    outcome = await runTachyon(subject, ["dump", ...args]);
  }
  return outcome;
}

for (const subject of SUBJECTS) {
  for (const python of [PYTHONS[0]!, PYTHONS.at(-1)!]) {
    Deno.test(`dump shows all threads with lines, marks and variables, ${python.version}, ${subject.name}`, async () => {
      await inTemporary(async (cwd) => {
        await Deno.writeTextFile(`${cwd}/resting.py`, PROGRAM);
        await using program = await startProgram(python.path, [`${cwd}/resting.py`]);
        const args = ["-a", "--locals", "--opcodes", "--native", `${program.pid}`];
        const here = /in <module>[^]*time\.sleep[^]*in inner/;
        const { status, stdout, stderr } = await dumpAt(here, subject, args);
        assert.equal(stderr, "");
        assert.equal(status, 0);
        const [head, main, worker, ...others] = stdout.split("\n\n");
        assert.equal(others.length, 0);
        assert.match(head!, new RegExp(`^Process ${program.pid}, Python ${python.version}: `));
        assert.match(
          main!,
          /^Thread \d+ "MainThread" \(main thread, idle; most recent call last\):\n/,
        );
        assert.match(main!, /line 10, in <module>.*\n {4}time\.sleep\(\n {2}<native time\.sleep>$/);
        assert.match(worker!, /^Thread \d+ "wörker" \(idle, daemon; most recent call last\):\n/);
        assert.match(
          worker!,
          /line 7, in outer.*\n {4}def outer\(\): inner\(7, password="hunter2"\)\n/,
        );
        assert.match(worker!, /\n {4} {13}\^{28}\n/);
        assert.match(worker!, /opcode=CALL/);
        assert.match(
          worker!,
          /\n {6}größe = 7\n {6}password = <hidden>\n {6}answer = \[7, '测试'\]\n/,
        );
        assert.ok(program.runs());
      });
    });
  }
}

Deno.test("a dump has colours on a terminal, unless they are not wanted", async () => {
  await inTemporary(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/resting.py`, PROGRAM);
    await using program = await startProgram(PYTHONS[0]!.path, [`${cwd}/resting.py`]);
    const words = shellWords(SUBJECTS[0]!, ["dump", `${program.pid}`]);
    const inTerminal = async (env: Record<string, string>): Promise<string> => {
      const { stdout } = await execute("script", ["-qec", words, "/dev/null"], { cwd, env });
      return stdout;
    };
    const escape = String.fromCharCode(27);
    assert.ok((await inTerminal({ NO_COLOR: "", TERM: "xterm" })).includes(`${escape}[`));
    assert.ok(!(await inTerminal({ NO_COLOR: "1", TERM: "xterm" })).includes(escape));
  });
});

Deno.test("dump of a shell shows the Python below it, and says so", async () => {
  const line = `${PYTHONS[0]!.path} -c 'import time; time.sleep(60)'; true`;
  await using shell = await startProgram("sh", ["-c", line]);
  const { status, stdout, stderr } = await dumpAt(/in <module>/, SUBJECTS[0]!, [`${shell.pid}`]);
  assert.equal(status, 0, stderr);
  const child = /runs no Python itself, but (\d+) below it does: that one is taken/.exec(stderr)
    ?.[1];
  assert.match(stdout, new RegExp(`^Process ${child}, Python `));
  Deno.kill(Number(child), "SIGKILL");
});

Deno.test("dump of a process that is no Python, or is not there, says so", async () => {
  const none = await runTachyon(SUBJECTS[0]!, ["dump", "999999999"]);
  assert.equal(none.status, 1);
  assert.match(none.stderr, /There is no process with pid 999999999/);
  await using program = await startProgram("sleep", ["30"]);
  const other = await runTachyon(SUBJECTS[0]!, ["dump", `${program.pid}`]);
  assert.equal(other.status, 1);
  assert.match(other.stderr, /does not run Python/);
});
