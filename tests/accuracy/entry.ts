/**
 * Captures a process and prints all that was captured as JSON. An entry like `src/main.ts`: the sampler
 * starts it a second time as its Worker.
 *
 * `deno run -A tests/accuracy/entry.ts PID INTERVAL_US SECONDS main|all verified|exact|blocking jitter|steady|- [gc,native,opcodes] MODE states|- [running|all|-] [SHARE|-]`
 */
import { countIndependent } from "../../src/analysis/intervals.ts";
import type { Capture } from "../../src/sampler/capture.ts";
import type { AsyncMode, Consistency, Mode } from "../../src/profile/metadata.ts";
import { STATUS } from "../../src/profile/profile.ts";
import type { Captured } from "./captured.ts";

declare const self: DedicatedWorkerGlobalScope;

if (typeof WorkerGlobalScope !== "undefined" && self.name === "sampler") {
  const { serveSampler } = await import("../../src/sampler/worker.ts");
  serveSampler(self);
} else {
  const { createSampler } = await import("../../src/sampler/handle.ts");
  const [
    pid,
    intervalUs,
    seconds,
    threads,
    consistency,
    jitter,
    features,
    mode,
    states,
    asyncMode = "-",
    maxSlowdown = "-",
  ] = Deno.args;
  const shown = features?.split(",") ?? [];
  const capture = await createSampler().start({
    pid: Number(pid),
    intervalUs: Number(intervalUs),
    durationUs: Number(seconds) * 1e6,
    allThreads: threads === "all",
    consistency: consistency as Consistency,
    ...(jitter === undefined || jitter === "-" ? {} : { jitter: jitter === "jitter" }),
    features: {
      gc: shown.includes("gc"),
      native: shown.includes("native"),
      opcodes: shown.includes("opcodes"),
    },
    mode: (mode ?? "wall") as Mode,
    states: states === "states",
    ...(asyncMode === "-" ? {} : { asyncMode: asyncMode as AsyncMode }),
    ...(maxSlowdown === "-" ? {} : { maxSlowdown: Number(maxSlowdown) }),
    waitForPythonMs: 1000,
    command: [],
    toolVersion: "test",
  });
  if ("fault" in capture) throw new Error(`${capture.fault}: ${capture.detail}`);
  await write(JSON.stringify(await collect(capture)));
  Deno.exit(0);
}

async function collect({ profile, finished }: Capture): Promise<Captured> {
  const summary = await finished;
  const { strings, frames, stacks, quality, metadata } = profile;
  const text = (id: number): string => strings[id] ?? "";
  return {
    pythonVersion: metadata.pythonVersion,
    startedAt: metadata.startedAt,
    summary,
    quality,
    frames: Array.from({ length: frames.length }, (_, id) => ({
      file: text(frames.file.at(id)),
      name: text(frames.name.at(id)),
      line: frames.line.at(id),
      opcode: frames.opcode.at(id),
    })),
    stacks: Array.from({ length: stacks.length }, (_, id) => ({
      prefix: stacks.prefix.at(id),
      frame: stacks.frame.at(id),
    })),
    counts: profile.threads.map((_, thread) => [...profile.counts[thread]?.view() ?? []]),
    states: profile.threads.map((_, thread) =>
      Object.values(STATUS).map((bit) => profile.states.count(thread, bit))
    ),
    tids: profile.threads.map(({ tid }) => tid),
    independent: countIndependent(profile),
  };
}

async function write(text: string): Promise<void> {
  await new Response(text).body?.pipeTo(Deno.stdout.writable);
}
