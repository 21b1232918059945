import assert from "node:assert/strict";
import { GONE } from "../../ffi/process.ts";
import { anyPython, open, read, Target } from "./targets.ts";

/** Starts four threads, the last with a name that looks like fields of its stat file. */
const PROGRAM = `
import ctypes, os, sys, threading
ids, ready, leave = [], threading.Barrier(5), threading.Event()
def work(index):
    if index == 3:
        ctypes.CDLL(None).prctl(15, b"a) b (c", 0, 0, 0)
    ids.append(threading.get_native_id())
    ready.wait()
    leave.wait()
threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
for thread in threads: thread.start()
ready.wait()
named = None
for tid in ids:
    if open(f"/proc/self/task/{tid}/comm").read() == "a) b (c\\n": named = tid
print(os.getpid(), *ids, flush=True)
print(named, flush=True)
sys.stdin.readline()
leave.set()
for thread in threads: thread.join()
print("joined", flush=True)
sys.stdin.readline()
`;

/** Ends its main thread only: the process goes on without a thread that has its pid. */
const ORPHANED = `
import ctypes, os, sys, threading
text = ctypes.create_string_buffer(b"still here", 64)
def work():
    while open(f"/proc/self/task/{os.getpid()}/stat").read().rsplit(")")[1][1] != "Z": pass
    print(threading.get_native_id(), ctypes.addressof(text), flush=True)
    sys.stdin.readline()
    os._exit(0)
print("begin", flush=True)
sys.stdin.readline()
threading.Thread(target=work).start()
ctypes.CDLL(None).pthread_exit(None)
`;

/** Binds itself to each CPU that it may use, one a line of its stdin. */
const MOVER = `
import ctypes, os, sys
ctypes.CDLL(None).prctl(15, b"a) b (c", 0, 0, 0)
for cpu in sorted(os.sched_getaffinity(0)):
    os.sched_setaffinity(0, [cpu])
    print(cpu, flush=True)
    sys.stdin.readline()
`;

Deno.test("threads lists the five threads of a program, then one when four have ended", async () => {
  await using target = new Target(await anyPython(), ["-c", PROGRAM]);
  const ids = (await target.line()).split(" ").map(Number).sort((a, b) => a - b);
  const named = Number(await target.line());
  using process = open(target.pid);
  assert.equal(ids.length, 5);
  assert.deepEqual(process.threads(), ids);
  for (const tid of ids) assert.ok(process.threadCpu(tid) >= 0, `thread ${tid}`);
  assert.equal(process.threadName(named), "a) b (c");
  assert.equal(process.threadName(target.pid), "", "it is called like the process");
  await target.tell("leave");
  assert.equal(await target.line(), "joined");
  while (process.threads().length > 1) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual(process.threads(), [target.pid]);
  assert.equal(process.threadCpu(named), -1);
  assert.equal(process.threadName(named), "");
  assert.ok(process.threadCpu(target.pid) >= 0);
});

Deno.test("threadCpu follows a thread over CPUs when its name holds parentheses", async () => {
  await using target = new Target(await anyPython(), ["-c", MOVER]);
  let line = await target.line();
  using process = open(target.pid);
  const comm = await Deno.readTextFile(`/proc/${target.pid}/comm`);
  assert.equal(comm, "a) b (c\n");
  let seen = 0;
  for (; line !== ""; line = await target.line()) {
    assert.equal(process.threadCpu(target.pid), Number(line));
    seen++;
    await target.tell("next");
  }
  assert.ok(seen > 0);
});

Deno.test("a process is read through another thread when its first thread has ended", async () => {
  await using target = new Target(await anyPython(), ["-c", ORPHANED]);
  assert.equal(await target.line(), "begin");
  using early = open(target.pid);
  const modules = early.modules().length;
  assert.ok(modules > 1);
  await target.tell("end the main thread");
  const [tid = 0, address = 0] = (await target.line()).split(" ").map(Number);
  using late = open(target.pid);
  for (const process of [early, late]) {
    assert.equal(process.alive(), true);
    assert.equal(new TextDecoder().decode(read(process, [[address, 10]]).bytes), "still here");
    assert.ok(process.modules().length >= modules);
    assert(process.modules().some((module) => module.symbol("_PyRuntime") !== undefined));
    assert.deepEqual([process.threadCpu(target.pid), process.threadCpu(tid) >= 0], [-1, true]);
  }
  await target.tell("end");
  while (late.alive()) await new Promise((resolve) => setTimeout(resolve, 1));
  for (const process of [early, late]) assert.equal(read(process, [[address, 10]]).result, GONE);
});

Deno.test("a closed process is gone and closing it again does nothing", async () => {
  await using target = new Target("sleep", ["60"]);
  const process = open(target.pid);
  const start = process.modules()[0]?.start ?? 0;
  process.close();
  const file = Deno.openSync("/dev/null"); // takes one of the numbers that became free
  process.close();
  assert.equal(file.readSync(new Uint8Array(1)), null);
  file.close();
  assert.equal(read(process, [[start, 8]]).result, GONE);
  assert.deepEqual([process.alive(), process.threadCpu(target.pid)], [false, -1]);
  assert.deepEqual([process.modules(), process.threads()], [[], []]);
});

Deno.test("threadCpu is -1 when the thread belongs to another process or to none", async () => {
  await using target = new Target("sleep", ["60"]);
  using process = open(target.pid);
  for (const tid of [Deno.pid, 0, -1, 1.5, NaN, 0x7fff_ffff]) {
    assert.equal(process.threadCpu(tid), -1, `tid ${tid}`);
  }
});

Deno.test("close leaves no descriptor open", async () => {
  await using target = new Target("sleep", ["60"]);
  const count = (): number => [...Deno.readDirSync("/proc/self/fd")].length;
  const before = count();
  for (let round = 0; round < 5; round++) {
    using process = open(target.pid);
    process.threadCpu(target.pid);
    process.modules()[0]?.section("text");
    process.modules()[0]?.symbol("_PyRuntime");
  }
  assert.equal(count(), before);
});
