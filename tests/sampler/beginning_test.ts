import assert from "node:assert/strict";
import { platform } from "../../ffi/platform.ts";
import { practise } from "../../src/sampler/beginning.ts";
import type { CaptureRequest } from "../../src/sampler/capture.ts";
import { interpreters } from "../cpython/interpreters.ts";
import { runtimeOf } from "../cpython/stacks.ts";
import { Stopped } from "../cpython/stopped.ts";
import { open } from "../ffi/targets.ts";

const request: CaptureRequest = {
  ...{ pid: 1, intervalUs: 1000, allThreads: false, consistency: "verified", justStarted: true },
  ...{ waitForPythonMs: 1000, command: [], toolVersion: "0" },
};

const ORDERS: Readonly<Record<string, Partial<CaptureRequest>>> = {
  "for wall time": {},
  "for CPU time": { mode: "cpu" },
  "for exceptions": { mode: "exception" },
  "for running tasks": { asyncMode: "running" },
};

for (const [name, order] of Object.entries(ORDERS)) {
  Deno.test(`a program that is held is ready to be sampled ${name}`, async () => {
    await using stopped = await Stopped.start(interpreters.at(-1)!, "three_threads");
    using process = open(stopped.pid);
    const loops = platform.loops();
    assert.ok(
      practise(runtimeOf(process), platform.readerThread(), loops, { ...request, ...order }),
    );
  });
}
