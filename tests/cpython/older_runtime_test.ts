import assert from "node:assert/strict";
import type { Module, Process } from "../../ffi/process.ts";
import { versionText } from "../../src/cpython/debug_offsets.ts";
import { findRuntime, type Runtime } from "../../src/cpython/runtime.ts";
import { listThreads } from "../../src/cpython/thread_list.ts";
import { olderMinors } from "../../scripts/pythons.ts";
import { open } from "../ffi/targets.ts";
import { Image } from "./image.ts";
import { interpreters } from "./interpreters.ts";
import { runtimeOf } from "./stacks.ts";
import { Stopped } from "./stopped.ts";

const recorded = new Map<string, Image>();
for (const python of interpreters.filter(({ minor }) => olderMinors.includes(minor))) {
  await using stopped = await Stopped.start(python, "three_threads");
  using process = open(stopped.pid);
  const image = Image.record(process);
  // Looking with every table in turn touches what the others need to be told apart.
  findRuntime(disguised(image));
  listThreads(runtimeOf(image));
  image.seal();
  recorded.set(python.version, image);
}

/** What is found in an interpreter from its start to its end. */
async function findAllAlong(python: string): Promise<Set<string>> {
  const found = new Set<string>();
  const args = ["-c", "import json"];
  const child = new Deno.Command(python, { args, stdin: "null", stdout: "null" }).spawn();
  using process = open(child.pid);
  while (process.alive()) {
    const runtime = findRuntime(process);
    found.add("fault" in runtime ? runtime.fault : "runtime");
  }
  await child.status;
  return found;
}

/** The same process under a name that tells nothing, and without a version to be read. */
function disguised(image: Image): Process {
  const modules = image.modules().map((module): Module => ({
    path: "/opt/host/program",
    start: module.start,
    section: (name) => module.section(name),
    symbol: (name) => name === "Py_Version" ? undefined : module.symbol(name),
    writable: () => [],
  }));
  return new Proxy(image, {
    get: (target, name) => {
      if (name === "modules") return () => modules;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** What is said of an image in which the word at an address of the runtime's is another. */
function faultWith(
  image: Image,
  change: (runtime: Runtime, image: Image) => void,
): { fault: string; detail: string } {
  const copy = image.copy();
  change(runtimeOf(image), copy);
  copy.readsLeft = 100_000;
  const found = findRuntime(copy);
  assert.ok("fault" in found, "nothing was found to be wrong");
  return found;
}

for (const [version, image] of recorded) {
  Deno.test(`the exact version is told by the interpreter itself on ${version}`, () => {
    assert.equal(versionText(runtimeOf(image).offsets.version), version);
  });

  Deno.test(`an interpreter of ${version} inside a program of another name is recognised`, () => {
    const runtime = runtimeOf(disguised(image));
    assert.equal(versionText(runtime.offsets.version), version);
    assert.deepEqual(listThreads(runtime), listThreads(runtimeOf(image)));
  });

  Deno.test(`what does not hold together is refused on ${version}, with what is wrong`, () => {
    const broken: Record<string, (runtime: Runtime, image: Image) => void> = {
      "the main interpreter is not in the list": ({ address, offsets }, image) =>
        image.poke(address + offsets.get("runtime_state.interpreters_main"), address),
      "the list of threads does not hold together": (runtime, image) => {
        for (const { address } of listThreads(runtime)) {
          image.poke(address + runtime.layout.thread.interp, address);
        }
      },
      "there is no sys module": (runtime, image) => {
        const { interpreter } = listThreads(runtime)[0]!;
        image.poke(interpreter + runtime.offsets.get("interpreter_state.sysdict"), interpreter);
      },
      "the current frame has no code object": (runtime, image) => {
        const { reader, layout } = runtime;
        const { address } = listThreads(runtime).at(-1)!;
        let frame = reader.pointer(address + layout.thread.currentFrame)!;
        if (layout.cframe >= 0) frame = reader.pointer(frame + layout.cframe)!;
        image.poke(frame + layout.frame.executable, address);
      },
    };
    for (const [detail, change] of Object.entries(broken)) {
      assert.deepEqual(faultWith(image, change), { fault: "implausible", detail });
    }
  });

  Deno.test(`an interpreter of ${version} that has not started is waited for`, () => {
    const starting: ((runtime: Runtime, image: Image) => void)[] = [
      ({ address, offsets }, image) =>
        image.poke(address + offsets.get("runtime_state.interpreters_head"), 0),
      (runtime, image) => {
        const { interpreter } = listThreads(runtime)[0]!;
        image.poke(interpreter + runtime.layout.interpreter.threadsHead, 0);
      },
      (runtime, image) => {
        const { interpreter } = listThreads(runtime)[0]!;
        image.poke(interpreter + runtime.offsets.get("interpreter_state.sysdict"), 0);
      },
    ];
    for (const change of starting) assert.equal(faultWith(image, change).fault, "not-python");
  });
}

for (const { path, version } of interpreters.filter(({ minor }) => olderMinors.includes(minor))) {
  Deno.test(`nothing is implausible while ${version} starts and ends`, async () => {
    let seen = 0;
    // On a busy machine it may be over before it is looked at.
    for (let tries = 0; seen < 5 && tries < 100; tries++) {
      const found = await findAllAlong(path);
      if (found.delete("runtime")) seen++;
      found.delete("not-python");
      assert.deepEqual([...found], []);
    }
    assert.equal(seen, 5);
  });
}
