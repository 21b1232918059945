import assert from "node:assert/strict";
import { execute, inTemporary, listFiles, processesIn } from "../cli/command.ts";
import { untilSampled } from "./patience.ts";
import { RunningProgram, startProgram } from "./running_program.ts";
import {
  BUILT,
  OLD_PYTHON,
  ORDERS,
  PYTHONS,
  runTachyon,
  shellWords,
  SUBJECTS,
} from "./subjects.ts";

const PYTHON = PYTHONS.at(-1)!.path;

/** Sends a signal some time after there is somebody to catch it. */
function after(ms: number, signal: Deno.Signal): (child: Deno.ChildProcess) => Promise<void> {
  return async (child) => {
    while (catchesNothing(child.pid)) await pause(10);
    await pause(ms);
    child.kill(signal);
  };
}

/** True while a process lets SIGINT end it. */
function catchesNothing(pid: number): boolean {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const caught = BigInt(`0x${/^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "2"}`);
  return (caught & 2n) === 0n;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

for (const subject of SUBJECTS) {
  Deno.test(`Ctrl-C writes what was captured and leaves the program alone, ${subject.name}`, async () => {
    await using program = await startProgram(PYTHON, [ORDERS, "60"]);
    const { status, stdout } = await untilSampled((factor) =>
      runTachyon(subject, ["attach", String(program.pid)], {
        during: after(2000 * factor, "SIGINT"),
      })
    );
    assert.match(stdout, /\(interrupted\)/);
    assert.match(stdout, /find_coupons/);
    assert.equal(status, 0);
    assert.equal(program.runs(), true);
  });

  Deno.test(`SIGTERM to a run ends the program and writes the table, ${subject.name}`, async () => {
    await inTemporary(async (cwd) => {
      const words = ["run", "--python", PYTHON, "-o", "table.txt", ORDERS, "30"];
      const { status } = await untilSampled((factor) =>
        runTachyon(subject, words, { cwd, during: after(2000 * factor, "SIGTERM") })
      );
      assert.equal(status, 143);
      assert.match(await Deno.readTextFile(`${cwd}/table.txt`), /find_coupons/);
      assert.deepEqual(processesIn(cwd), []);
    });
  });

  Deno.test(`run -d leaves the program to end by itself, ${subject.name}`, async () => {
    const words = ["run", "--python", PYTHON, "-d", "0.5", ORDERS, "1.5"];
    const { status, stdout, stderr } = await untilSampled(() => runTachyon(subject, words));
    assert.match(stdout, /^\d+ orders.*\nProfile Stats:/);
    assert.match(stdout, /for 500 ms \(the asked duration was over\)/);
    assert.match(stderr, /the program goes on/);
    assert.equal(status, 0);
  });

  Deno.test(`a reader that closes the pipe early ends it quietly, ${subject.name}`, async () => {
    await using program = await startProgram(PYTHON, [ORDERS, "30"]);
    const words = ["attach", "-q", "-a", "-d", "0.5", "--collapsed", "-o", "-", `${program.pid}`];
    const piped = `${shellWords(subject, words)} | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await execute("bash", ["-c", piped]);
    assert.equal(stderr.replace(/^tachyon: warning: .*\n/gm, ""), "");
    assert.equal(stdout, "0\n");
  });

  Deno.test(`bad targets are refused in a sentence, ${subject.name}`, async () => {
    await using sleeper = new RunningProgram("sleep", ["30"]);
    const targets: [string, RegExp][] = [
      ["4194305", /There is no process with pid 4194305\./],
      [String(sleeper.pid), /does not run Python/],
    ];
    await inTemporary(async (cwd) => {
      for (const [pid, message] of targets) {
        const { status, stdout, stderr } = await runTachyon(
          subject,
          ["attach", "-o", "out", "-d", "1", pid],
          { cwd },
        );
        assert.match(stderr, message);
        assert.doesNotMatch(stderr, /\bat .*:\d+:\d+/);
        assert.equal(stdout, "");
        assert.equal(status, 1);
      }
      assert.deepEqual(listFiles(cwd), []);
    });
  });

  if (OLD_PYTHON !== undefined) {
    const old = OLD_PYTHON;
    Deno.test(`Python ${old.version} is named and refused, ${subject.name}`, async () => {
      await inTemporary(async (cwd) => {
        const { status, stdout, stderr } = await runTachyon(
          subject,
          ["run", "--python", old.path, "-o", "out", ORDERS, "30"],
          { cwd },
        );
        assert.match(
          stderr,
          new RegExp(`runs Python ${old.minor.replace(".", "\\.")}\\b.* not supp`),
        );
        assert.equal(stdout, "");
        assert.equal(status, 1);
        assert.deepEqual(processesIn(cwd), []);
        assert.deepEqual(listFiles(cwd), []);
      });
    });
  }
}

if (BUILT !== undefined && Deno.uid() === 0) {
  const built = BUILT;
  Deno.test("another user without root is told what is missing", async () => {
    await using program = await startProgram(PYTHON, [ORDERS, "30"]);
    await inTemporary(async (cwd) => {
      // A place of its own: the checkout may be closed to others.
      await Deno.copyFile(built.program, `${cwd}/tachyon`);
      await Deno.chmod(cwd, 0o777);
      const { status, stderr } = await execute("setpriv", [
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        `${cwd}/tachyon`,
        "attach",
        "-o",
        `${cwd}/out`,
        String(program.pid),
      ]);
      assert.match(stderr, /does not let us read process \d+\./);
      assert.match(stderr, /belongs to root, and we are nobody without CAP_SYS_PTRACE/);
      assert.equal(status, 1);
      assert.deepEqual(listFiles(cwd), ["tachyon"]);
    });
  });
}
