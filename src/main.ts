/**
 * The entry of tachyon, on both of its threads: the command line on the main thread, and the sampling
 * loop when it runs as the Worker. The executable has one module only, so it starts itself.
 */

import type { TakeDump } from "./sampler/dump.ts";

declare const self: DedicatedWorkerGlobalScope;

if (typeof WorkerGlobalScope !== "undefined" && self.name === "sampler") {
  const { serveSampler } = await import("./sampler/worker.ts");
  serveSampler(self);
} else {
  const [{ runProgram }, { createSampler }] = await Promise.all([
    import("./cli/program.ts"),
    import("./sampler/handle.ts"),
  ]);
  const takeDump: TakeDump = async (request) => {
    const dumper = await import("./sampler/dumper.ts");
    return dumper.takeDump(request);
  };
  Deno.exit(await runProgram(Deno.args, createSampler(), takeDump));
}
