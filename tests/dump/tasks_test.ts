import assert from "node:assert/strict";
import type { DumpRequest } from "../../src/sampler/dump.ts";
import { takeDump } from "../../src/sampler/dumper.ts";
import { interpreters } from "../asyncio/interpreters.ts";
import { interpreters as all } from "../cpython/interpreters.ts";
import { Target } from "../ffi/targets.ts";

const SCRIPT = new URL("../asyncio/targets/tree.py", import.meta.url).pathname;

function requestFor(pid: number, tasks: "running" | "all"): DumpRequest {
  const features = { native: false, gc: false, opcodes: false };
  return { pid, allThreads: false, blocking: false, features, tasks };
}

for (const { path, version } of interpreters) {
  Deno.test(`a dump has the tasks of the process with who awaits them on ${version}`, async () => {
    await using target = new Target(path, ["-X", "utf8", SCRIPT]);
    await target.line();
    for (const blocking of [false, true]) {
      const dump = takeDump({ ...requestFor(target.pid, "all"), blocking });
      assert.ok(!("fault" in dump), JSON.stringify(dump));
      const { tasks, torn } = dump.tasks!;
      assert.equal(torn, 0);
      const shared = tasks.find(({ name }) => name.startsWith("底"))!;
      const names = shared.awaiters.map((id) => tasks.find((task) => task.id === id)!.name);
      assert.deepEqual(names, ["links ä", "rechts ö"]);
      assert.equal(shared.frames.at(-1)!.name, "bottom");
      assert.deepEqual(tasks.filter(({ executing }) => executing).map(({ name }) => name), [
        "Task-1",
      ]);
    }
    const running = takeDump(requestFor(target.pid, "running"));
    assert.ok(!("fault" in running), JSON.stringify(running));
    assert.deepEqual(running.tasks!.tasks.map(({ name }) => name), ["Task-1"]);
  });
}

Deno.test("tasks of a Python that does not tell them are refused", async () => {
  const old = all.find(({ minor }) => minor === "3.9") ?? all[0]!;
  await using target = new Target(old.path, [
    "-c",
    "import asyncio; print(1, flush=True); input()",
  ]);
  await target.line();
  const refused = takeDump(requestFor(target.pid, "all"));
  assert.ok("fault" in refused && refused.fault === "asyncio-unsupported", JSON.stringify(refused));
});
