/** Holds a process with the stopper of macOS, says so, and never lets it go. Arguments: the library, a pid. */
import { loadShim } from "./shim/build.ts";

const [library = "", pid = ""] = Deno.args;
const helper = loadShim(library);
const begun = helper.tach_stopper_begin(Number(pid));
const held = helper.tach_stopper_hold();
Deno.stdout.writeSync(new TextEncoder().encode(`${begun} ${held}\n`));
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
