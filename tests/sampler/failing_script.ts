/**
 * Captures with a sampling thread that begins and then fails, and prints how that ended. An entry like
 * `src/main.ts`: the sampler starts it a second time as its Worker.
 */
import type { Report } from "../../src/sampler/messages.ts";

declare const self: DedicatedWorkerGlobalScope;

if (typeof WorkerGlobalScope !== "undefined" && self.name === "sampler") {
  const tell = (report: Report): void => self.postMessage(report);
  self.onmessage = (): void => {
    tell({
      kind: "started",
      pythonVersion: "3.14.0",
      freeThreaded: false,
      mode: "wall",
      features: { native: false, gc: false, opcodes: false },
      startedAt: Date.now(),
    });
    setTimeout(() => {
      throw new Error("it fell");
    });
  };
  tell({ kind: "ready" });
} else {
  const { createSampler } = await import("../../src/sampler/handle.ts");
  const capture = await createSampler().start({
    pid: Deno.pid,
    intervalUs: 1000,
    allThreads: false,
    consistency: "verified",
    waitForPythonMs: 0,
    command: [],
    toolVersion: "test",
  });
  if ("fault" in capture) throw new Error(capture.fault);
  const end = await capture.finished;
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(end)));
}
