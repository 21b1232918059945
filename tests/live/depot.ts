/** A made-up capture with something in every view, whose shares can be worked out by hand. */

import type { Live } from "../../src/live/live.ts";
import { type Profile, STATUS, STATUS_SHIFT } from "../../src/profile/profile.ts";
import { listOpcodes } from "../../src/profile/opcodes.ts";
import { emptyQuality } from "../../src/profile/quality.ts";
import { type FrameSpec, ProfileBuilder } from "../collectors/profiles.ts";

const OPCODES = listOpcodes("3.14.10");
const opcode = (name: string): number => OPCODES.findIndex((one) => one.name === name);
const task = (name: string): FrameSpec => ({ file: "<task>", name, kind: "task" });

const main = { file: "/srv/depot/app.py", name: "main", first: 10, line: 15 };
const handle = { file: "/srv/depot/app.py", name: "handle", first: 30, line: 40 };
const parse = { file: "/srv/depot/parse.py", name: "Parser.parse", first: 10 };
const decode = {
  file: "/usr/lib/python3.14/json/__init__.py",
  name: "loads",
  first: 299,
  line: 352,
};
const drain = {
  file: "/srv/depot/a/very/long/path/to/一つの倉庫/write_all_that_has_come_since_the_last_time.py",
  name:
    "drain_the_queue.<locals>.Collector.write_everything_that_has_been_collected_so_far.<lambda>",
  first: 1,
  line: 9,
};
const work = { file: "/srv/depot/pool.py", name: "計算する", first: 5, line: 8 };

/** 1000 samples: a loop with tasks that run and wait, a thread, and a process of its own. */
export function depotProfile(): Profile {
  const builder = new ProfileBuilder({
    asyncMode: "all",
    subprocesses: true,
    features: { gc: true, native: false, opcodes: true },
    command: ["/usr/bin/python3", "-m", "depot", "--listen", "127.0.0.1:8000"],
  });
  const { profile } = builder;
  const loop = builder.thread(4242, "");
  const waiting = builder.thread(4242, "waiting tasks");
  const writer = builder.thread(4243, "書き込み-ThreadPoolExecutor-of-the-depot_12");
  const pool = builder.thread(4250, "");
  for (const id of [loop, waiting, writer]) {
    profile.threads[id] = { ...profile.threads[id]!, process: 0 };
  }
  profile.threads[pool] = { ...profile.threads[pool]!, process: 1 };
  const quality = emptyQuality();
  profile.processes.push(
    {
      pid: 4242,
      parent: 0,
      command: profile.metadata.command,
      pythonVersion: "3.14.10",
      startedUs: 0,
      quality: { ...quality, samples: 800, ticks: 300 },
    },
    {
      pid: 4250,
      parent: 4242,
      command: ["python3", "-c", "from multiprocessing.spawn import spawn_main"],
      pythonVersion: "3.14.10",
      startedUs: 1000,
      quality: { ...quality, samples: 200, ticks: 200 },
    },
    {
      pid: 4249,
      parent: 4242,
      command: ["python3", "-c", "from multiprocessing.resource_tracker import main"],
      pythonVersion: "3.14.10",
      role: "resource-tracker",
      startedUs: 500,
      endedUs: 2000,
      ending: "ended",
      quality,
    },
  );
  const outer = [task("Task-1"), main];
  builder
    .sample(loop, [...outer, task("worker 7"), handle, at(12, "BINARY_OP_ADD_INT")], 150)
    .sample(loop, [...outer, task("worker 7"), handle, at(12, "LOAD_FAST_BORROW")], 50)
    .sample(loop, [...outer, task("worker 8"), handle, decode], 70)
    .sample(loop, [...outer, task("worker 8"), handle, { name: "<GC>", kind: "gc" }], 10)
    .sample(loop, [{ name: "<idle>", kind: "synthetic" }], 20)
    .sample(waiting, [...outer, task("worker 8"), { ...handle, line: 44 }], 200)
    .sample(waiting, [task("heartbeat"), { ...main, name: "beat", line: 70 }], 200)
    .sample(writer, [drain], 100)
    .sample(pool, [work], 200);
  return profile;
}

function at(line: number, name: string): FrameSpec {
  return { ...parse, line, opcode: opcode(name) };
}

/** The last samples of the same, as they come: with what the threads were doing. */
export function feedDepot(live: Live, profile: Profile): void {
  const known = STATUS.hasGil | STATUS.onCpu;
  const last: readonly (readonly [thread: number, stack: number, status: number])[] = [
    [0, 4, known],
    [0, 8, known],
    [0, 9, known],
    [0, 10, 0],
    [1, 11, STATUS.cpuUnknown],
    [1, 13, STATUS.cpuUnknown],
    [2, 14, STATUS.waitsForGil],
    [2, 14, STATUS.hasGil | STATUS.onCpu],
    [3, 15, known],
  ];
  live.add(profile, {
    length: last.length,
    time: new Float64Array(last.length),
    thread: Int32Array.from(last, ([thread]) => thread),
    stack: Int32Array.from(last, ([, stack]) => stack),
    flags: Int32Array.from(last, ([, , status]) => status << STATUS_SHIFT),
  });
}
