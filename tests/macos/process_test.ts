import assert from "node:assert/strict";
import {
  ACTIVITY,
  BLOCKED,
  DENIED,
  GONE,
  isOpen,
  type Module,
  NOT_THERE,
  type Process,
  Ranges,
  RUNNABLE,
  STATE_UNKNOWN,
  UNMAPPED,
} from "../../ffi/process.ts";
import { openProcess } from "../../ffi/macos/process.ts";
import { KERN } from "../../ffi/macos/structs.ts";
import { Image } from "../cpython/image.ts";
import { FakeMac, type FakeProcess, mapFile, placeImages } from "./fake_calls.ts";

const PID = 4242;
const SLIDE = 0x1_0234_0000;

function load(name: string): Uint8Array {
  return Deno.readFileSync(`${import.meta.dirname}/fixtures/${name}`);
}

const BRIEFLY = { linger: false, patienceUs: 0 };

function open(mac: FakeMac): Process {
  const opened = openProcess(PID, mac);
  assert(isOpen(opened), JSON.stringify(opened));
  return opened;
}

function faultOf(mac: FakeMac, pid = PID): string {
  const opened = openProcess(pid, mac);
  assert(!isOpen(opened));
  assert.notEqual(opened.detail, "");
  assert.equal(mac.tasks.size, 0);
  return opened.fault;
}

function readAt(process: Process, ...pairs: [address: number, length: number][]): Uint8Array {
  const ranges = new Ranges(pairs.length);
  for (const [address, length] of pairs) ranges.push(address, length);
  const bytes = new Uint8Array(ranges.bytes);
  const count = process.read(ranges, bytes);
  assert(count >= 0, `read: ${count}`);
  return bytes.subarray(0, count);
}

/** The process's memory: three bytes at the end of the first of two pages. */
function twoPages(): Image {
  const memory = new Image(PID, []);
  memory.map(0x1_0000_0000, 4096);
  memory.write(0x1_0000_0000 + 4093, Uint8Array.of(7, 8, 9));
  return memory;
}

Deno.test("a process of macOS is refused for what stands in the way", () => {
  const refused = (refusal: number): FakeMac => new FakeMac({ pid: PID, refusal });
  assert.equal(faultOf(new FakeMac()), "no-such-process");
  assert.equal(faultOf(new FakeMac(), 0.5), "no-such-process");
  assert.equal(faultOf(new FakeMac({ pid: PID, status: 5 })), "no-such-process");
  assert.equal(faultOf(refused(KERN.KERN_FAILURE)), "denied");
  assert.equal(faultOf(refused(KERN.KERN_INVALID_ARGUMENT)), "denied");
});

Deno.test("a process of macOS that ends while it is opened was not denied", () => {
  const mac = new FakeMac({ pid: PID });
  mac.taskOpen = (): number => {
    mac.processes.clear();
    return -KERN.KERN_FAILURE;
  };
  assert.equal(faultOf(mac), "no-such-process");
});

Deno.test("the right to a task is given back once", () => {
  const mac = new FakeMac({ pid: PID });
  const process = open(mac);
  assert.equal(mac.tasks.size, 1);
  process.close();
  process.close();
  assert.equal(mac.tasks.size, 0);
  assert.equal(process.alive(), false);
  assert.deepEqual([process.modules(), process.threads()], [[], []]);
});

Deno.test("memory of a task is read as far as it goes", () => {
  const process = open(new FakeMac({ pid: PID, memory: twoPages() }));
  const end = 0x1_0000_0000 + 4096;
  assert.deepEqual([...readAt(process, [end - 3, 3])], [7, 8, 9]);
  assert.deepEqual([...readAt(process, [end - 2, 2], [end - 3, 1])], [8, 9, 7]);
  assert.deepEqual([...readAt(process, [end - 2, 8])], [8, 9]);
  const ranges = new Ranges(1);
  ranges.push(end, 8);
  assert.equal(process.read(ranges, new Uint8Array(8)), UNMAPPED);
});

Deno.test("failures of reads are told apart", () => {
  const target: FakeProcess = { pid: PID, memory: twoPages() };
  const mac = new FakeMac(target);
  const process = open(mac);
  const ranges = new Ranges(1);
  ranges.push(0x1_0000_0000, 8);
  const failing = (code: number): number => {
    mac.taskRead = (): number => -code;
    return process.read(ranges, new Uint8Array(8));
  };
  assert.equal(failing(KERN.KERN_INVALID_ADDRESS), UNMAPPED);
  assert.equal(failing(KERN.KERN_PROTECTION_FAILURE), UNMAPPED);
  assert.equal(failing(KERN.KERN_INVALID_ARGUMENT), UNMAPPED);
  assert.equal(failing(KERN.KERN_DENIED), DENIED);
  // The memory of a process that is ending goes first.
  target.status = 5;
  assert.equal(failing(KERN.KERN_INVALID_ADDRESS), GONE);
  target.status = 2;
  assert.equal(process.alive(), true);
  // The right is dead, and there is no other.
  target.refusal = KERN.KERN_FAILURE;
  assert.equal(failing(KERN.MACH_SEND_INVALID_DEST), GONE);
  assert.equal(process.alive(), false);
  process.close();
  assert.equal(mac.tasks.size, 0);
});

Deno.test("a process that starts another program in its place is read on", () => {
  const { mac, target } = withImages("library-x64.dylib");
  const process = open(mac);
  assert.equal(process.modules().length, 3);
  const next = new Image(PID, []);
  mapFile(next, load("program-x64"), 0x1_0000_0000);
  const images = [{ address: 0x1_0000_0000, path: "/opt/Python.app/Contents/MacOS/Python" }];
  const dyld = placeImages(next, 0x2_0000_0000, images);
  mac.processes.set(PID, { pid: PID, memory: next, dyld });
  assert.deepEqual(process.modules().map(({ path }) => path), [images[0]!.path]);
  check(process, process.modules()[0]!);
  assert.equal(process.alive(), true);
  // The same while it is read.
  mac.processes.set(PID, target);
  assert.equal(readAt(process, [SLIDE, 4]).length, 4);
  assert.equal(process.modules().length, 3);
  process.close();
  assert.equal(mac.tasks.size, 0);
});

Deno.test("a right to a task that is alive is given back when it came twice", () => {
  const mac = new FakeMac({ pid: PID, memory: twoPages() });
  const process = open(mac);
  const ranges = new Ranges(1);
  ranges.push(0x1_0000_0000, 8);
  const taskRead = mac.taskRead.bind(mac);
  mac.taskRead = (): number => -KERN.KERN_INVALID_ARGUMENT;
  assert.equal(process.read(ranges, new Uint8Array(8)), UNMAPPED);
  mac.taskRead = taskRead;
  assert.equal(process.read(ranges, new Uint8Array(8)), 8);
  process.close();
  assert.equal(mac.tasks.size, 0);
});

Deno.test("a process is not alive when another one has its pid", () => {
  const mac = new FakeMac({ pid: PID });
  const process = open(mac);
  assert.equal(process.alive(), true);
  mac.processes.set(PID, { pid: PID, startedUs: 1_700_000_000_250_001 });
  assert.equal(process.alive(), false);
});

Deno.test("threads of a task have ids, names and states, however many they are", () => {
  const threads = Array.from({ length: 1000 }, (_, index) => ({
    tid: 5_000_000 - index,
    state: index === 0 ? 1 : 3,
    ...(index === 1 ? { name: "worker – 1" } : {}),
  }));
  const process = open(new FakeMac({ pid: PID, threads }));
  assert.deepEqual(process.threads(), threads.map(({ tid }) => tid).reverse());
  assert.equal(process.threadName(4_999_999), "worker – 1");
  assert.equal(process.threadName(5_000_000), "");
  assert.equal(process.threadName(1), "");
  const watch = process.watchActivity(5_000_000, true);
  watch.refresh();
  assert.equal(watch.row[ACTIVITY.state], RUNNABLE);
  for (const [state, known] of [[3, BLOCKED], [2, BLOCKED], [1, RUNNABLE]] as const) {
    threads[0]!.state = state;
    watch.refresh();
    assert.equal(watch.row[ACTIVITY.state], known);
  }
  assert.equal(watch.row[ACTIVITY.runs], 0);
  threads.length = 0;
  watch.refresh();
  assert.equal(watch.row[ACTIVITY.state], STATE_UNKNOWN);
  watch.close();
});

Deno.test("no thread of ours gets to the target's CPU on macOS", () => {
  const process = open(new FakeMac({ pid: PID, threads: [{ tid: 9, state: 1 }] }));
  const ranges = new Ranges(1);
  assert.equal(process.visit(9, ranges, new Uint8Array(8), BRIEFLY), NOT_THERE);
  assert.equal(process.leave(), false);
  assert.equal(process.threadCpu(9), -1);
});

/** A process with a program, a library at a slide and one of the system's. */
function withImages(library: string, linkedit = true, path = "/nowhere/libpython3.15.dylib"): {
  mac: FakeMac;
  memory: Image;
  target: FakeProcess;
} {
  const memory = new Image(PID, []);
  mapFile(memory, load("program-x64"), 0x1_0000_0000);
  mapFile(memory, load(library), SLIDE, linkedit ? undefined : "__LINKEDIT");
  mapFile(memory, load("library-x64.dylib"), 0x7ff8_0000_0000);
  // Flags of its head: it lies in the cache that all processes share.
  memory.write(0x7ff8_0000_0000 + 27, Uint8Array.of(0x80));
  const images = [
    { address: 0x1_0000_0000, path: "/usr/local/bin/python3.15" },
    { address: SLIDE, path },
    { address: 0x7ff8_0000_0000, path: "/usr/lib/libSystem.B.dylib" },
  ];
  const target = { pid: PID, memory, dyld: placeImages(memory, 0x2_0000_0f00, images) };
  return { mac: new FakeMac(target), memory, target };
}

function wordAt(process: Process, address: number): number {
  return new DataView(readAt(process, [address, 4]).slice().buffer).getUint32(0, true);
}

function check(process: Process, module: Module): void {
  for (
    const [section, word] of [["PyRuntime", 0x50795275], ["AsyncioDebug", 0x4173796e]] as const
  ) {
    const span = module.section(section);
    assert(span);
    assert.equal(wordAt(process, span.address), word);
  }
  for (const [symbol, word] of [["_PyRuntime", 0x50795275], ["hidden_one", 0x68696464]] as const) {
    const span = module.symbol(symbol);
    assert(span);
    assert.equal(wordAt(process, span.address), word);
    assert.equal(module.symbol(symbol), span);
    assert(
      module.writable().some(({ address, size }) =>
        span.address >= address && span.address < address + size
      ),
    );
  }
  assert.equal(module.symbol("nothing"), undefined);
  assert.equal(module.section("nothing"), undefined);
}

for (const library of ["library-x64.dylib", "library-arm64.dylib"]) {
  Deno.test(`sections and symbols of ${library} are found in memory, without its file`, () => {
    const process = open(withImages(library).mac);
    const modules = process.modules();
    assert.deepEqual(modules.map(({ path, start }) => [path, start]), [
      ["/usr/local/bin/python3.15", 0x1_0000_0000],
      ["/nowhere/libpython3.15.dylib", SLIDE],
      ["/usr/lib/libSystem.B.dylib", 0x7ff8_0000_0000],
    ]);
    check(process, modules[0]!);
    check(process, modules[1]!);
    assert.equal(process.modules()[1], modules[1]);
    // What all processes share is no Python, and its symbols are too many to be searched.
    assert.equal(modules[2]!.section("PyRuntime"), undefined);
    assert.equal(modules[2]!.symbol("_PyRuntime"), undefined);
    assert.deepEqual(modules[2]!.writable(), []);
  });

  Deno.test(`symbols of ${library} are found in its file when they are not in memory`, () => {
    const path = `${import.meta.dirname}/fixtures/${library}`;
    const process = open(withImages(library, false, path).mac);
    check(process, process.modules()[1]!);
  });
}

Deno.test("symbols are not taken from another file in the same place", () => {
  const path = `${import.meta.dirname}/fixtures/library-arm64.dylib`;
  const process = open(withImages("library-x64.dylib", false, path).mac);
  const module = process.modules()[1]!;
  assert(module.section("PyRuntime"));
  assert.equal(module.symbol("_PyRuntime"), undefined);
});

Deno.test("a list of images that dyld is changing is looked at again", () => {
  const { mac, memory, target } = withImages("library-x64.dylib");
  const at = target.dyld! + 8;
  memory.poke(at, 0);
  let reads = 0;
  mac.beforeRead = () => {
    if (++reads === 3) memory.poke(at, target.dyld! + 256);
  };
  assert.equal(open(mac).modules().length, 3);
});

Deno.test("lists of images that are not there, or garbage, are empty", () => {
  for (
    const spoil of [
      (_memory: Image, target: FakeProcess) => target.dyld = 0,
      (_memory: Image, target: FakeProcess) => target.dyld = 0x6_0000_0000,
      (memory: Image, target: FakeProcess) => memory.poke(target.dyld! + 8, 0),
      (memory: Image, target: FakeProcess) => memory.poke(target.dyld! + 8, 0x6_0000_0000),
      (memory: Image, target: FakeProcess) => memory.poke(target.dyld!, 0xffff_ffff_0000_000fn),
    ]
  ) {
    const { mac, memory, target } = withImages("library-x64.dylib");
    spoil(memory, target);
    assert.deepEqual(open(mac).modules(), []);
  }
});

Deno.test("images whose heads or paths lead nowhere have nothing in them", () => {
  const { mac, memory, target } = withImages("library-x64.dylib");
  memory.poke(target.dyld! + 256 + 24, 0x6_0000_0000);
  memory.poke(target.dyld! + 256 + 32, 0x6_0000_0000);
  const process = open(mac);
  const module = process.modules()[1]!;
  assert.equal(module.path, "");
  assert.equal(module.section("PyRuntime"), undefined);
  assert.equal(module.symbol("_PyRuntime"), undefined);
  check(process, process.modules()[0]!);
});
