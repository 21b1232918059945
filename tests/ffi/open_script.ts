/** Opens the pid in its arguments and prints what came of it: run by a test as another user. */
import { linux } from "../../ffi/linux/platform.ts";
import { isOpen } from "../../ffi/process.ts";
import { print } from "./script_output.ts";

const opened = linux.open(Number(Deno.args[0]));
print({ fault: isOpen(opened) ? "none" : opened.fault });
