import assert from "node:assert/strict";
import { open, Target } from "../ffi/targets.ts";
import { supportedPythons } from "../pythons.ts";
import { childOf, findAll, PROGRAM, told } from "./subjects.ts";

const pythons = await supportedPythons("FINDING THREADS AFTER A FORK");

/** Forks as Python does, or behind its back as programs do that embed it, and goes on in the child. */
const FORKED: Readonly<Record<string, string>> = {
  "by os.fork": "import os",
  "behind Python's back": "import ctypes, os\nos.fork = ctypes.PyDLL(None).fork",
};

for (const [how, fork] of Object.entries(FORKED)) {
  Deno.test(`the threads of a process that was forked ${how} are found`, async (test) => {
    for (const python of pythons) {
      await test.step(python.version, async () => {
        for (const alone of [true, false]) {
          const last =
            "print(platform.python_version(), os.getpid(), flush=True)\nsys.stdin.readline()";
          const rest = alone ? `import platform, sys\n${last}` : PROGRAM;
          const script = `${fork}\nif os.fork(): os.wait()\nelse:\n  exec(${JSON.stringify(rest)})`;
          await using target = new Target(python.path, ["-c", script]);
          const { version, ids } = await told(target);
          const pid = await childOf(target.pid);
          using process = open(pid);
          assert.deepEqual(findAll(process), { version, ids: [pid, ...ids.slice(1)] });
          Deno.kill(pid, "SIGKILL");
        }
      });
    }
  });
}
