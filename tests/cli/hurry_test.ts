import assert from "node:assert/strict";
import { appears, inTemporary, runFake } from "./command.ts";

type During = (child: Deno.ChildProcess) => Promise<void>;

/** Sends signals 0.6 s apart. */
function signals(...names: Deno.Signal[]): During {
  return async (child) => {
    for (const name of names) {
      child.kill(name);
      await new Promise((resolve) => setTimeout(resolve, 600));
    }
  };
}

const DEAF = `
import signal, time
signal.signal(2, signal.SIG_IGN)
open("deaf", "w").close()
time.sleep(60)
`;

/** Runs a program that does not heed Ctrl-C; `send` is called when it has got deaf. */
async function runDeaf(send: During): Promise<void> {
  await inTemporary(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/deaf.py`, DEAF);
    const during: During = async (child) => {
      await appears(`${cwd}/deaf`, child);
      await send(child);
    };
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
