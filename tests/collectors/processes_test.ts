import assert from "node:assert/strict";
import type { Bytes, Collector } from "../../collectors/collector.ts";
import { describeCapture } from "../../collectors/header.ts";
import { DEFAULT_OPTIONS, type FormatName, FORMATS } from "../../collectors/registry.ts";
import { Profile, type SampleBatch } from "../../src/profile/profile.ts";
import { emptyQuality } from "../../src/profile/quality.ts";
import { METADATA, ProfileBuilder, readPieces, SUMMARY } from "./profiles.ts";
import { MEMORY } from "./time_lines.ts";

/** Two processes with a thread each, and a sample of each. */
function twoProcesses(): { profile: Profile; batch: SampleBatch } {
  const builder = new ProfileBuilder({ subprocesses: true });
  const { profile } = builder;
  const common = { pythonVersion: "3.15.0", startedUs: 0, quality: emptyQuality() };
  profile.processes.push(
    { ...common, pid: 4242, parent: 0, command: METADATA.command },
    { ...common, pid: 77, parent: 4242, command: ["/bin/python3", "w</script>.py"] },
  );
  for (const [process, tid] of [4242, 77].entries()) {
    builder.thread(tid);
    profile.threads[process] = { ...profile.threads[process]!, process, main: true };
  }
  const stack = builder.stack([{ name: "main" }]);
  const batch = {
    length: 2,
    time: Float64Array.of(0, 0),
    thread: Int32Array.of(0, 1),
    stack: Int32Array.of(stack, stack),
    flags: Int32Array.of(0, 0),
  };
  profile.add(batch);
  Object.assign(profile.quality, { samples: 2, ticks: 1 });
  return { profile, batch };
}

function write(format: FormatName): string {
  const { profile, batch } = twoProcesses();
  const collector: Collector = FORMATS[format].create(DEFAULT_OPTIONS, MEMORY);
  function* all(): Bytes {
    yield* collector.begin(profile.metadata);
    yield* collector.add(profile, batch);
    yield* collector.finish(profile, SUMMARY);
  }
  return readPieces(all());
}

Deno.test("formats for the firefox profiler and perfetto have each process by its pid and name", () => {
  const { threads } = JSON.parse(write("gecko"));
  const told = threads.map(({ pid, processName }: Record<string, unknown>) => [pid, processName]);
  assert.deepEqual(told, [["4242", "python3 shop.py 3"], ["77", "python3 w</script>.py"]]);
  const { traceEvents } = JSON.parse(write("perfetto"));
  const named = traceEvents.filter(({ name }: Record<string, unknown>) => name === "process_name")
    .map(({ pid, args }: Record<string, unknown>) => [pid, (args as { name: string }).name]);
  assert.deepEqual(named, [[4242, "python3 shop.py 3"], [77, "python3 w</script>.py"]]);
  const calls = traceEvents.filter(({ ph, name }: Record<string, unknown>) =>
    ph === "B" && name === "main"
  )
    .map(({ pid, tid }: Record<string, unknown>) => [pid, tid]);
  assert.deepEqual(calls, [[4242, 4242], [77, 77]]);
});

Deno.test("formats that know no processes name their pids with their threads", () => {
  const { profiles } = JSON.parse(write("speedscope"));
  assert.deepEqual(
    profiles.map(({ name }: { name: string }) => name),
    ["4242: Thread-4242", "77: Thread-77"],
  );
});

Deno.test("a header tells of the other processes", () => {
  const { profile } = twoProcesses();
  const facts = new Map(describeCapture(profile, SUMMARY));
  assert.equal(facts.get("others"), "1 that it has started: 77");
  assert.match(facts.get("mode")!, /main threads/);
  for (let pid = 100; pid < 120; pid++) {
    profile.processes.push({ ...profile.processes[1]!, pid });
  }
  const many = new Map(describeCapture(profile, SUMMARY));
  assert.equal(
    many.get("others"),
    "21 that it has started: 77, 100, 101, 102, 103, 104, 105, 106 and more",
  );
});

Deno.test("the json format lists processes, and whose threads are whose", () => {
  const { processes, threads } = JSON.parse(write("json"));
  assert.deepEqual(
    processes.map(({ pid, parent, role }: Record<string, unknown>) => [pid, parent, role]),
    [[4242, null, null], [77, 4242, null]],
  );
  assert.deepEqual(threads.map(({ process }: { process: number }) => process), [0, 1]);
});
