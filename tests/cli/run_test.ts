import assert from "node:assert/strict";
import { appears, inTemporary, listFiles, processesIn, runFake } from "./command.ts";

/** A program that says what it was given, makes the file of a fourth word, sleeps, ends with a status. */
const PROGRAM = `
import sys, time
print("out", sys.argv[1:], flush=True)
print("err", file=sys.stderr, flush=True)
if len(sys.argv) > 3: open(sys.argv[3], "w").close()
time.sleep(float(sys.argv[1]))
print("done", flush=True)
sys.exit(int(sys.argv[2]))
`;

async function withProgram(work: (directory: string) => Promise<void>): Promise<void> {
  await inTemporary(async (directory) => {
    await Deno.writeTextFile(`${directory}/program.py`, PROGRAM);
    await work(directory);
  });
}

function isRunning(pid: number): boolean {
  try {
    // A zombie has no program any more.
    Deno.readLinkSync(`/proc/${pid}/exe`);
    return true;
  } catch {
    return false;
  }
}

/** The pid of the sampled program, from the header of the table. */
function pidIn(text: string): number {
  return Number(/process {2}pid (\d+)/.exec(text)?.[1]);
}

Deno.test("run ends with the program's status and prints the table behind its output", async () => {
  await withProgram(async (cwd) => {
    const { status, stdout, stderr } = await runFake(["run", "program.py", "0.3", "7", "-x"], {
      cwd,
    });
    assert.match(stdout, /^out \['0\.3', '7', '-x'\]\ndone\nProfile Stats:\n/);
    assert.match(stderr, /^err\ntachyon: 1,000 samples/);
    assert.equal(status, 7);
  });
});

Deno.test("run -m runs a module, run -- any command line", async () => {
  await withProgram(async (cwd) => {
    const module = await runFake(["run", "-q", "-m", "program", "0.3", "0"], { cwd });
    assert.match(module.stdout, /-m program 0\.3 0\n/);
    assert.equal(module.status, 0);
    const script = "python3 program.py 0.3 3; echo then; exit 4";
    const command = await runFake(["run", "-q", "--", "sh", "-c", script], { cwd });
    assert.match(command.stdout, /^out .*\ndone\nthen\nProfile Stats:/);
    assert.match(command.stdout, /command .*program\.py 0\.3 3\n/);
    assert.equal(command.status, 4);
  });
});

Deno.test("run -d writes its file at once and lets the program live", async () => {
  await withProgram(async (cwd) => {
    const { status, stdout, stderr } = await runFake(
      ["run", "-d", "0.1", "--collapsed", "-o", "out.txt", "program.py", "2", "5"],
      { cwd },
    );
    assert.equal(stdout, "out ['2', '5']\ndone\n");
    assert.match(stderr, /written to out\.txt\ntachyon: sampling is over; the program goes on/);
    assert.equal(status, 5);
  });
});

Deno.test("run -d --kill ends the program and all below it", async () => {
  await withProgram(async (cwd) => {
    const { status, stdout } = await runFake(
      ["run", "-d", "0.1", "--kill", "--", "sh", "-c", "python3 program.py 60 0; true"],
      { cwd },
    );
    assert.doesNotMatch(stdout, /done/);
    assert.equal(status, 143);
    assert.equal(isRunning(pidIn(stdout)), false);
  });
});

Deno.test("a program that ignores SIGTERM is killed", async () => {
  await withProgram(async (cwd) => {
    const script = "trap '' TERM; exec python3 program.py 60 0";
    const { status, stdout } = await runFake(
      ["run", "-d", "0.1", "--kill", "--", "sh", "-c", script],
      { cwd },
    );
    assert.equal(status, 137);
    assert.equal(isRunning(pidIn(stdout)), false);
  });
});

Deno.test("a program ended by a signal gives 128 and its number", async () => {
  await inTemporary(async (cwd) => {
    await Deno.writeTextFile(
      `${cwd}/abort.py`,
      "import os, time; time.sleep(0.3); os.kill(os.getpid(), 6)",
    );
    const { status, stdout } = await runFake(["run", "abort.py"], { cwd });
    assert.match(stdout, /^Profile Stats:/m);
    assert.equal(status, 134);
  });
});

Deno.test("what cannot be run is said before anything is started", async () => {
  await withProgram(async (cwd) => {
    const lines: [string[], RegExp][] = [
      [["missing.py"], /There is no script missing\.py/],
      [["--python", "/no/python", "program.py", "0", "0"], /no Python interpreter \/no\/python/],
      [["-o", "no/out", "program.py", "0", "0"], /directory does not exist/],
      [["--", "no-such-command"], /There is no command no-such-command/],
      [["--", "./program.py"], /may not be executed/],
    ];
    for (const [words, message] of lines) {
      const { status, stdout, stderr } = await runFake(["run", ...words], { cwd });
      assert.match(stderr, message);
      assert.equal(stdout, "");
      assert.equal(status, 1);
    }
    assert.deepEqual(listFiles(cwd), ["program.py"]);
  });
});

Deno.test("a module that is missing is for the program's own Python to say", async () => {
  const { status, stderr } = await runFake(["run", "-m", "no_such_module_at_all"]);
  assert.match(stderr, /No module named no_such_module_at_all/);
  assert.equal(status, 1);
});

Deno.test("a command without Python says so", async () => {
  const fine = await runFake(["run", "--", "true"]);
  assert.match(fine.stderr, /true ended, and no Python process was seen/);
  assert.equal(fine.status, 1);
  const failing = await runFake(["run", "--", "sh", "-c", "exit 9"]);
  assert.equal(failing.status, 9);
});

Deno.test("a program that cannot be sampled is stopped, and nothing is left of it", async () => {
  await withProgram(async (cwd) => {
    for (const fault of ["denied", "unsupported-version", "crash"]) {
      const { status, stdout, stderr } = await runFake(
        ["run", "-o", "out.txt", "program.py", "60", "0"],
        { cwd, env: { FAKE_FAULT: fault } },
      );
      assert.doesNotMatch(stdout, /done/);
      assert.match(stderr, fault === "crash" ? /Something went wrong/ : /The program was stopped/);
      assert.equal(status, 1);
    }
    assert.deepEqual(processesIn(cwd), []);
    assert.deepEqual(listFiles(cwd), ["program.py"]);
  });
});

Deno.test("SIGTERM is passed on, and the result is written", async () => {
  await withProgram(async (cwd) => {
    const { status, stdout } = await runFake(["run", "program.py", "60", "0", "up"], {
      cwd,
      during: async (child) => {
        await appears(`${cwd}/up`, child);
        child.kill("SIGTERM");
      },
    });
    assert.match(stdout, /price_order/);
    assert.equal(isRunning(pidIn(stdout)), false);
    assert.equal(status, 143);
  });
});

Deno.test("Ctrl-C without a terminal reaches the program, whose end ends the run", async () => {
  await withProgram(async (cwd) => {
    const { status, stdout, stderr } = await runFake(["run", "program.py", "60", "0", "up"], {
      cwd,
      during: async (child) => {
        await appears(`${cwd}/up`, child);
        child.kill("SIGINT");
      },
    });
    assert.match(stderr, /KeyboardInterrupt/);
    assert.match(stdout, /price_order/);
    assert.equal(status, 130);
  });
});
