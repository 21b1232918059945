import assert from "node:assert/strict";
import { platform } from "../../ffi/platform.ts";
import { findRunning } from "../../src/sampler/interpreter_search.ts";
import { Ledger } from "../../src/sampler/ledger.ts";
import { SamplingLoop } from "../../src/sampler/loop.ts";
import { ProcessTree } from "../../src/sampler/process_tree.ts";
import { createRing, RingWriter } from "../../src/sampler/ring.ts";
import { MOST_TRIES, requestFor, WORK } from "./quick_child.ts";
import { open, pythonsWith, Target as Child } from "../ffi/targets.ts";

/** Calls quickly; with an argument beside a child that does so, too. */
const PROGRAM = `${WORK}
import os, signal, sys

signal.alarm(30)
top = os.getpid()
if len(sys.argv) > 1 and os.fork() == 0:
    while os.getppid() == top: work(30)
    os._exit(0)
print(flush=True)
while True: work(30)
`;

/** Samples a program and its children for a second: readings that were planned, and good samples. */
async function sampleTree(python: string, args: readonly string[]): Promise<[number, number]> {
  await using child = new Child(python, ["-c", PROGRAM, ...args]);
  await child.line();
  const process = open(child.pid);
  const runtime = findRunning(process, true);
  if ("fault" in runtime) return assert.fail(runtime.fault);
  let planned = 0;
  const plan = process.plan!;
  process.plan = (tid, ranges, into, at) => {
    const isPlanned = plan.call(process, tid, ranges, into, at);
    if (isPlanned) planned++;
    return isPlanned;
  };
  const request = requestFor(child.pid, { subprocesses: true });
  const writer = new RingWriter(createRing());
  const reader = platform.readerThread();
  const watch = platform.watchProcesses!()!;
  const means = { platform, watch, reader, loops: platform.loops(), ledger: new Ledger(writer) };
  const tree = new ProcessTree(means, request, { process, runtime });
  try {
    tree.begin();
    new SamplingLoop(tree, reader, writer, request).run();
    return [planned, tree.quality.samples];
  } finally {
    tree.close();
    process.close();
  }
}

/** One that counts the code objects that are freed. */
const MINOR = "3.15";
const python = (await pythonsWith([MINOR])).find(({ minor, freeThreaded }) => {
  return minor === MINOR && !freeThreaded;
});

Deno.test("the readings of a program of one process are planned", async () => {
  let said: number[] = [];
  for (let i = 0; i < MOST_TRIES; i++) {
    said = await sampleTree(python!.path, []);
    if (said[0]! > 100) return;
  }
  assert.fail(`${said[0]} of ${said[1]} samples were planned`);
});

Deno.test("those of several processes are not: they are read one after another", async () => {
  const [planned, samples] = await sampleTree(python!.path, ["with a child"]);
  assert.ok(planned < 20 && samples > 0, `${planned} of ${samples} samples were planned`);
});
