import assert from "node:assert/strict";
import { inTemporary, runFake } from "./command.ts";

/** Sends signals, the first when the program is deaf and the others 0.6 s apart. */
function signals(...names: Deno.Signal[]): (child: Deno.ChildProcess) => Promise<void> {
  return async (child) => {
    await new Promise((resolve) => setTimeout(resolve, 900));
    for (const name of names) {
      child.kill(name);
      await new Promise((resolve) => setTimeout(resolve, 600));
    }
  };
}

async function runDeaf(during: (child: Deno.ChildProcess) => Promise<void>): Promise<void> {
  await inTemporary(async (cwd) => {
    const code = "import signal, time\nsignal.signal(2, signal.SIG_IGN)\ntime.sleep(60)\n";
    await Deno.writeTextFile(`${cwd}/deaf.py`, code);
    const { status, stdout } = await runFake(["run", "deaf.py"], { cwd, during });
    assert.match(stdout, /\(interrupted\)/);
    assert.match(stdout, /price_order/);
    assert.equal(status, 143);
  });
}

Deno.test("a program deaf to Ctrl-C: the second writes the table, the third ends it", async () => {
  await runDeaf(signals("SIGINT", "SIGINT", "SIGINT"));
});

Deno.test("a program deaf to Ctrl-C: SIGTERM ends it with the table written", async () => {
  await runDeaf(signals("SIGINT", "SIGTERM"));
});
