import assert from "node:assert/strict";
import { anyPython } from "../ffi/targets.ts";
import { execute } from "../cli/command.ts";
import {
  Counter,
  Program,
  sleep,
  startCapture,
  stateOf,
  tachyonArgs,
  targetPath,
  tracerOf,
} from "./subjects.ts";

const PYTHON = await anyPython();

for (const signal of [undefined, "SIGINT", "SIGTERM", "SIGHUP"] as const) {
  const how = signal ?? "the end of its duration";
  Deno.test(`the target is free and nothing is left behind when a capture ends by ${how}`, async () => {
    await using target = await Counter.start(PYTHON, 4);
    const duration = signal === undefined ? ["-d", "1"] : [];
    await using capture = await startCapture(target.pid, "-a", ...duration);
    const stopper = tracerOf(target.pid);
    if (signal !== undefined) {
      await sleep(500);
      capture.signal(signal);
    }
    assert.equal(await capture.line(), "Profile Stats:");
    assert.equal((await capture.status).code, 0);
    await target.assertFree();
    assert.equal(stateOf(stopper), "");
  });
}

Deno.test("run ends with the status of a program that starts threads and processes all the time", async () => {
  const words = ["run", "--blocking", "-a", "-q", "--python", PYTHON, "-o", "/dev/null"];
  const { status, stdout } = await execute(
    Deno.execPath(),
    tachyonArgs(...words, targetPath("busy.py"), "3", "7"),
  );
  assert.equal(status, 7);
  const [threads = 0, processes = 0] = stdout.split(" ").map(Number);
  assert.ok(threads > 50 && processes > 5, stdout);
});

Deno.test("run ends with the status that a signal gives its program", async () => {
  const killer = "import os, signal, time; time.sleep(1); os.kill(os.getpid(), signal.SIGTERM)";
  const { status } = await execute(
    Deno.execPath(),
    tachyonArgs("run", "--blocking", "-q", "--", PYTHON, "-c", killer),
  );
  assert.equal(status, 143);
});

Deno.test("run lives through its program becoming another one", async () => {
  const words = ["run", "--blocking", "-a", "-q", "--python", PYTHON, targetPath("replaced.py")];
  const { status, stdout } = await execute(Deno.execPath(), tachyonArgs(...words));
  assert.equal(status, 5);
  assert.match(stdout, /^replaced$/m);
});

Deno.test("a target that somebody else traces is refused in a sentence", async () => {
  await using target = await Counter.start(PYTHON);
  await using holder = await startCapture(target.pid);
  const { status, stderr } = await execute(
    Deno.execPath(),
    tachyonArgs("attach", "--blocking", "-d", "1", String(target.pid)),
  );
  assert.equal(status, 1);
  assert.match(stderr, /cannot be stopped for its samples.*process \d+ traces it already/);
  assert.match(stateOf(holder.pid), /^[SRD]$/);
});

Deno.test("without --blocking nothing is traced or signalled", async () => {
  await using target = await Counter.start(PYTHON, 2);
  const log = await Deno.makeTempFile();
  const calls =
    "trace=ptrace,kill,tkill,tgkill,pidfd_send_signal,process_vm_writev,clone,fork,vfork";
  const words = ["attach", "-a", "-q", "-d", "1", String(target.pid)];
  const traced = ["-f", "-e", calls, "-o", log, Deno.execPath(), ...tachyonArgs(...words)];
  await using tachyon = new Program("strace", traced);
  assert.equal(await tachyon.line(), "Profile Stats:");
  assert.equal((await tachyon.status).code, 0);
  const text = await Deno.readTextFile(log);
  await Deno.remove(log);
  assert.ok(text.includes("exited with 0"), "strace has seen it");
  assert.doesNotMatch(text, /\bptrace\(|process_vm_writev\(|CLONE_VM\|CLONE_FS\|CLONE_FILES\)/);
  assert.doesNotMatch(text, new RegExp(`kill\\(${target.pid}, SIG`));
});
