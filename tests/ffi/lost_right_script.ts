/** Reads the root process in its arguments, becomes another user, and reads again. */
import assert from "node:assert/strict";
import { linux } from "../../ffi/linux/platform.ts";
import { isOpen, Ranges } from "../../ffi/process.ts";
import { nameOf, print } from "./script_output.ts";

const opened = linux.open(Number(Deno.args[0]));
assert(isOpen(opened));
const start = opened.modules()[0]?.start;
assert(start !== undefined);
const ranges = new Ranges(1);
ranges.push(start, 8);
const before = opened.read(ranges, new Uint8Array(8));
const libc = Deno.dlopen("libc.so.6", { setuid: { parameters: ["u32"], result: "i32" } });
assert.equal(libc.symbols.setuid(65534), 0);
print({ before, after: nameOf(opened.read(ranges, new Uint8Array(8))) });
