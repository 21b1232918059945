import assert from "node:assert/strict";
import { linux } from "../../ffi/linux/platform.ts";
import { DENIED, isOpen } from "../../ffi/process.ts";
import { anyPython, open, read, report, Target } from "./targets.ts";

const here = import.meta.dirname;

function faultOf(pid: number): string {
  const opened = linux.open(pid);
  if (!isOpen(opened)) return opened.fault;
  opened.close();
  return "none";
}

/** Runs a script of this folder as a process of its own; what it prints is JSON. */
async function runScript(
  name: string,
  args: readonly string[],
  launcher: readonly string[],
): Promise<unknown> {
  const command = [...launcher, Deno.execPath(), "run", "-A", `${here}/${name}`, ...args];
  const output = await new Deno.Command(command[0] ?? "", { args: command.slice(1) }).output();
  const text = new TextDecoder().decode(output.stdout);
  if (text !== "") return JSON.parse(text);
  return { failed: new TextDecoder().decode(output.stderr).trim() };
}

Deno.test("open says that there is no such process when the pid is free or no pid at all", async () => {
  const ended = new Target("true", []);
  await ended.end();
  for (const pid of [ended.pid, 0, -1, 1.5, NaN, Infinity, 2 ** 31, 0x7fff_ffff]) {
    assert.equal(faultOf(pid), "no-such-process", `pid ${pid}`);
  }
  await ended[Symbol.asyncDispose]();
});

Deno.test("open says that there is no such process when the id is a thread's", async () => {
  const program = `import threading, time
threading.Thread(target=lambda: (print(threading.get_native_id(), flush=True), time.sleep(60))).start()`;
  await using target = new Target(await anyPython(), ["-c", program]);
  assert.equal(faultOf(Number(await target.line())), "no-such-process");
  assert.equal(faultOf(target.pid), "none");
});

Deno.test("open says that there is no such process when it is a zombie", async () => {
  const program = `import os, sys
pid = os.fork()
if pid == 0: os._exit(0)
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
print(pid, flush=True)
sys.stdin.readline()`;
  await using target = new Target(await anyPython(), ["-c", program]);
  assert.equal(faultOf(Number(await target.line())), "no-such-process");
});

Deno.test("open works on this very process", () => {
  assert.equal(faultOf(Deno.pid), "none");
});

Deno.test("open says denied when the target belongs to root and we do not", async () => {
  // Capabilities for files alone: Deno and this checkout may lie where only root can read.
  const files = "+dac_override,+dac_read_search";
  const launcher = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
  launcher.push("--inh-caps", files, "--ambient-caps", files);
  await using target = new Target("sleep", ["60"]);
  const [pid, before] = Deno.uid() === 0 ? [target.pid, launcher] : [1, []];
  const answer = await runScript("open_script.ts", [String(pid)], before);
  assert.deepEqual(answer, { fault: "denied" });
});

Deno.test("read says denied when the right to read is lost after open", async () => {
  if (Deno.uid() === 0) {
    await using target = new Target("sleep", ["60"]);
    const answer = await runScript("lost_right_script.ts", [String(target.pid)], []);
    assert.deepEqual(answer, { before: 8, after: "denied" });
    return;
  }
  // prctl(PR_SET_DUMPABLE, 0): only root may look into it from now on.
  const program = `import ctypes, sys
print("ready", flush=True)
sys.stdin.readline()
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
print("shut", flush=True)
sys.stdin.readline()`;
  await using target = new Target(await anyPython(), ["-c", program]);
  assert.equal(await target.line(), "ready");
  using process = open(target.pid);
  const start = process.modules()[0]?.start ?? 0;
  assert.equal(read(process, [[start, 8]]).result, 8);
  await target.tell("shut");
  assert.equal(await target.line(), "shut");
  assert.equal(read(process, [[start, 8]]).result, DENIED);
  assert.equal(faultOf(target.pid), "denied");
});

Deno.test("a process that gets the pid of an ended target is never read", async () => {
  const unshare = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];
  if (Deno.uid() !== 0) unshare.push("--user", "--map-root-user");
  const answer = await runScript("pid_reuse_script.ts", [], unshare);
  if (typeof answer === "object" && answer !== null && "failed" in answer) {
    return report(`no pid namespace may be made here: ${answer.failed}`);
  }
  assert.deepEqual(answer, {
    reused: true,
    before: 8,
    after: "gone",
    alive: false,
    threads: 0,
    modules: 0,
  });
});
