/**
 * Stops a process and says `held`; then waits for a line on stdin and says whether it is held still.
 *
 * `deno run -A tests/blocking/holding_script.ts PID`
 */
import { linux } from "../../ffi/linux/platform.ts";

const stopper = linux.openStopper(Number(Deno.args[0]));
if ("fault" in stopper) throw new Error(`${stopper.fault}: ${stopper.detail}`);
let held = false;
// A machine that is too busy may not stop all threads in time: the wish is given up then.
for (let tries = 0; tries < 100 && !held; tries++) {
  held = stopper.suspend() === true;
  if (!held) stopper.resume();
}
say(held ? "held" : "not held");
Deno.stdin.readSync(new Uint8Array(1));
say(String(stopper.holds()));
stopper.close();

function say(word: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${word}\n`));
}
