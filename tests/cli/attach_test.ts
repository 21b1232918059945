import assert from "node:assert/strict";
import { inTemporary, listFiles, runFake } from "./command.ts";

const PID = String(Deno.pid);

Deno.test("attach prints the table on standard output and the rest on standard error", async () => {
  const { status, stdout, stderr } = await runFake(["attach", "-d", "0.05", PID]);
  assert.match(stdout, /^Profile Stats:\n/);
  assert.match(stdout, /price_order/);
  assert.equal(
    stderr,
    "tachyon: 1,000 samples in 999 ms at 1 kHz (asked 1 kHz), 0% missed, 0% rejected\n",
  );
  assert.equal(status, 0);
});

Deno.test("attach --quiet says nothing but the result", async () => {
  const { stdout, stderr } = await runFake([
    "attach",
    "-qd0.05",
    "--collapsed",
    "--output=-",
    PID,
  ]);
  assert.match(stdout, /pricing\.py:price_order:12 400\n/);
  assert.equal(stderr, "");
});

Deno.test("a file is named for the user, in the current directory or the one given", async () => {
  await inTemporary(async (directory) => {
    const { stderr } = await runFake(["attach", "-d", "0.05", "--collapsed", PID], {
      cwd: directory,
    });
    assert.match(stderr, new RegExp(`collapsed written to collapsed_${PID}\\.txt`));
    await Deno.mkdir(`${directory}/sub`);
    await runFake(["attach", "-d", "0.05", "-o", `${directory}/sub`, PID]);
    assert.deepEqual(listFiles(`${directory}/sub`), [`pstats_${PID}.pstats`]);
    assert.deepEqual(listFiles(directory), [`collapsed_${PID}.txt`, "sub"]);
  });
});

for (const parent of [undefined, "/dev/shm"]) {
  Deno.test(`an existing file is replaced whole, a link is replaced and not followed, in ${parent ?? "the usual place"}`, async () => {
    const long = "precious".repeat(10_000);
    await inTemporary(async (directory) => {
      await Deno.writeTextFile(`${directory}/precious`, long);
      await Deno.symlink("precious", `${directory}/out.txt`);
      await Deno.writeTextFile(`${directory}/old.txt`, long);
      for (const name of ["out.txt", "old.txt"]) {
        await runFake(["attach", "-d", "0.05", "-o", `${directory}/${name}`, PID]);
        const text = await Deno.readTextFile(`${directory}/${name}`);
        assert.match(text, /^Profile Stats:/);
        assert.doesNotMatch(text, /precious/);
      }
      assert.equal(await Deno.readTextFile(`${directory}/precious`), long);
      assert.deepEqual(listFiles(directory), ["old.txt", "out.txt", "precious"]);
    }, parent);
  });
}

Deno.test("devices are written to and stay devices", async () => {
  const { status } = await runFake(["attach", "-d", "0.05", "-o", "/dev/null", PID]);
  assert.equal(status, 0);
  assert.equal((await Deno.lstat("/dev/null")).isCharDevice, true);
  const { stdout } = await runFake(["attach", "-d", "0.05", "-o", "/dev/stdout", PID]);
  assert.match(stdout, /^Profile Stats:/);
});

Deno.test("an output that cannot be written is refused before sampling", async () => {
  await inTemporary(async (directory) => {
    await Deno.writeTextFile(`${directory}/file`, "");
    const places = {
      [`${directory}/none/out.txt`]: /directory does not exist/,
      [`${directory}/none/`]: /directory does not exist/,
      [`${directory}/file/out.txt`]: /directory does not exist/,
      [`${directory}/${"n".repeat(300)}`]: /name is too long/,
      ["/proc/out.txt"]: /Cannot write to \/proc\/out\.txt/,
    };
    for (const [path, message] of Object.entries(places)) {
      // A sampler that would fall over shows that it was not asked.
      const { status, stderr } = await runFake(["attach", "-o", path, PID], {
        env: { FAKE_FAULT: "crash" },
      });
      assert.match(stderr, message);
      assert.equal(status, 1);
    }
    assert.deepEqual(listFiles(directory), ["file"]);
  });
});

const FAULTS: Record<string, RegExp> = {
  "no-such-process": /There is no process with pid \d+/,
  "denied": /does not let us read process \d+\.\n.*sudo.*CAP_SYS_PTRACE/,
  "unsupported-platform": /cannot read processes on this system/,
  "not-python": /does not run Python/,
  "unsupported-version": /runs Python 3\.9\.1, which is not supported\.\n.*3\.8 to 3\.15/,
  "newer-version":
    /a Python that this tachyon does not know and cannot read: 3\.9\.1\.\n.*3\.8 to 3\.15/,
  "implausible": /does not look as it should: 3\.9\.1/,
  "target-ended": /ended before the first sample/,
};

for (const [fault, message] of Object.entries(FAULTS)) {
  Deno.test(`attach says what to do about ${fault}`, async () => {
    await inTemporary(async (directory) => {
      const { status, stdout, stderr } = await runFake(["attach", "-o", "out.txt", PID], {
        env: { FAKE_FAULT: fault },
        cwd: directory,
      });
      assert.match(stderr, message);
      assert.equal(stdout, "");
      assert.equal(status, 1);
      assert.deepEqual(listFiles(directory), []);
    });
  });
}

Deno.test("attach says which mode is refused", async () => {
  const env = { FAKE_FAULT: "mode-refused", FAKE_DETAIL: "exception" };
  const { status, stderr } = await runFake(["attach", "--mode", "exception", PID], { env });
  assert.equal(status, 1);
  assert.match(stderr, /does not let us know what `--mode exception`.*\n.*modes\.md/);
});

Deno.test("an error nobody foresaw is one sentence, with a trace only for debugging", async () => {
  const { status, stderr } = await runFake(["attach", PID], { env: { FAKE_FAULT: "crash" } });
  assert.match(stderr, /Something went wrong.*the sampler fell over/);
  assert.doesNotMatch(stderr, /\.ts:\d+/);
  assert.equal(status, 1);
  const debug = await runFake(["attach", PID], {
    env: { FAKE_FAULT: "crash", TACHYON_DEBUG: "1" },
  });
  assert.match(debug.stderr, /\.ts:\d+/);
});

Deno.test("what was sampled before the sampling thread failed is written, and the failure said", async () => {
  const words = ["attach", "--json", "-o", "-", PID];
  const { status, stdout, stderr } = await runFake(words, { env: { FAKE_FAILURE: "it fell" } });
  assert.equal(JSON.parse(stdout).capture.ending, "sampler-failed");
  assert.match(stderr, /Something went wrong that should not have: it fell\./);
  assert.equal(status, 1);
});

Deno.test("a capture without samples writes nothing and says why", async () => {
  await inTemporary(async (directory) => {
    const { status, stderr } = await runFake(["attach", "-d", "0.05", "-o", "out", PID], {
      env: { FAKE_SAMPLES: "0" },
      cwd: directory,
    });
    assert.match(stderr, /No samples were collected: sampling ended too soon/);
    assert.equal(status, 1);
    assert.deepEqual(listFiles(directory), []);
  });
});

function send(signal: Deno.Signal): (child: Deno.ChildProcess) => Promise<void> {
  return (child) => Promise.resolve(child.kill(signal));
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test(`${signal} ends an attach with its result written`, async () => {
    const { status, stdout } = await runFake(["attach", PID], { during: send(signal) });
    assert.match(stdout, /price_order/);
    assert.match(stdout, /\(interrupted\)/);
    assert.equal(status, 0);
  });
}

Deno.test("Ctrl-C before anything was collected ends with 130", async () => {
  const { status, stdout } = await runFake(["attach", PID], {
    env: { FAKE_SAMPLES: "0" },
    during: send("SIGINT"),
  });
  assert.equal(stdout, "");
  assert.equal(status, 130);
});
