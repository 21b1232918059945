/** In a pid namespace of its own: opens a process, ends it, and gives its pid to another one. */
import assert from "node:assert/strict";
import { linux } from "../../ffi/linux/platform.ts";
import { isOpen, Ranges } from "../../ffi/process.ts";
import { nameOf, print } from "./script_output.ts";

const start = (): Deno.ChildProcess => new Deno.Command("sleep", { args: ["60"] }).spawn();
const first = start();
const opened = linux.open(first.pid);
assert(isOpen(opened));
const ranges = new Ranges(1);
ranges.push(opened.modules()[0]?.start ?? 0, 8);
const before = opened.read(ranges, new Uint8Array(8));
first.kill("SIGKILL");
await first.status;
let second = start();
for (let attempt = 0; attempt < 100 && second.pid !== first.pid; attempt++) {
  second.kill("SIGKILL");
  await second.status;
  // The next process gets the number after this one.
  await Deno.writeTextFile("/proc/sys/kernel/ns_last_pid", String(first.pid - 1));
  second = start();
}
await new Promise((resolve) => setTimeout(resolve, 50));
const again = linux.open(second.pid);
assert(isOpen(again));
ranges.clear();
ranges.push(again.modules()[0]?.start ?? 0, 8);
assert.equal(again.read(ranges, new Uint8Array(8)), 8);
print({
  reused: second.pid === first.pid,
  before,
  after: nameOf(opened.read(ranges, new Uint8Array(8))),
  alive: opened.alive(),
  threads: opened.threads().length,
  modules: opened.modules().length,
});
second.kill("SIGKILL");
await second.status;
