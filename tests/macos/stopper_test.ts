import assert from "node:assert/strict";
import { MacStopper, openStopper } from "../../ffi/macos/stopper.ts";
import { delay } from "../../src/cli/child.ts";
import { Target } from "../ffi/targets.ts";
import { buildShim, loadShim } from "./shim/build.ts";

const folder = Deno.makeTempDirSync();
const library = await buildShim(folder);
const helper = loadShim(library);
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

/** Far more than the tenth of a second after which a target goes on whatever happens. */
const PATIENCE_MS = 20_000;

/** The letter of a process's state; empty when it is gone. */
function stateOf(pid: number): string {
  let stat;
  try {
    stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch {
    return "";
  }
  return stat.slice(stat.lastIndexOf(")") + 2).charAt(0);
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    if (condition()) return;
    await delay(5);
  }
  assert.fail(`not within ${PATIENCE_MS} ms: ${what}`);
}

/** A target with a stopper on it. */
async function withStopper(
  body: (stopper: MacStopper, pid: number) => void | Promise<void>,
): Promise<void> {
  await using target = new Target("sleep", ["60"]);
  const stopper = openStopper(target.pid, helper);
  assert(!("fault" in stopper), JSON.stringify(stopper));
  try {
    await body(stopper as MacStopper, target.pid);
  } finally {
    stopper.close();
  }
}

function programOf(pid: number): string {
  try {
    return Deno.readLinkSync(`/proc/${pid}/exe`);
  } catch {
    return "";
  }
}

/** Pids of a process's children that are stoppers: they run the program that we run. */
function stoppers(owner = Deno.pid): number[] {
  const tasks = `/proc/${owner}/task`;
  // Threads of it may have come and gone.
  const children = [...Deno.readDirSync(tasks)].map(({ name }) => {
    try {
      return Deno.readTextFileSync(`${tasks}/${name}/children`);
    } catch {
      return "";
    }
  });
  const own = Deno.readLinkSync("/proc/self/exe");
  return children.join(" ").split(" ").filter((pid) => pid !== "").map(Number)
    .filter((pid) => !"Z".includes(stateOf(pid)) && programOf(pid) === own);
}

Deno.test("a process stands still while it is held, and goes on when it is let go", async () => {
  await withStopper(async (stopper, pid) => {
    for (let round = 0; round < 20; round++) {
      assert.equal(stopper.suspend(), true);
      // Where the machine has kept us waiting, it goes on already.
      if (stopper.holds()) {
        const state = stateOf(pid);
        assert(state === "T" || !stopper.holds(), state);
      }
      stopper.resume();
      await until(() => stateOf(pid) !== "T", "the target goes on");
    }
    assert.ok(stopper.stoppedUs() > 0);
    assert.equal(stopper.holds(), false);
  });
  assert.deepEqual(stoppers(), []);
});

Deno.test("a process that is not let go goes on by itself, and is known to have", async () => {
  await withStopper(async (stopper, pid) => {
    assert.equal(stopper.suspend(), true);
    await until(() => !stopper.holds(), "the hold ends");
    await until(() => stateOf(pid) !== "T", "the target goes on");
    await until(() => stopper.stoppedUs() > 0, "it is counted");
    assert.ok(stopper.stoppedUs() >= 99_000, `${stopper.stoppedUs()} µs`);
    assert.equal(stopper.suspend(), true);
    stopper.resume();
    await until(() => stateOf(pid) !== "T", "the target goes on");
  });
});

for (const signal of ["SIGKILL", "SIGSTOP", "SIGTERM"] as const) {
  Deno.test(`a held process goes on when its holder gets ${signal}`, async () => {
    await using target = new Target("sleep", ["60"]);
    const script = `${import.meta.dirname}/holding_script.ts`;
    const args = ["run", "-A", script, library, String(target.pid)];
    await using holder = new Target(Deno.execPath(), args);
    assert.equal(await holder.line(), "1 1");
    Deno.kill(holder.pid, signal);
    await until(() => stateOf(target.pid) !== "T", "the target goes on");
    // It was stopped by nobody since.
    await delay(20);
    assert.notEqual(stateOf(target.pid), "T");
  });
}

Deno.test("a stopper ends with its holder", async () => {
  await using target = new Target("sleep", ["60"]);
  const script = `${import.meta.dirname}/holding_script.ts`;
  const holder = new Target(Deno.execPath(), ["run", "-A", script, library, String(target.pid)]);
  assert.equal(await holder.line(), "1 1");
  const [stopper] = stoppers(holder.pid);
  assert(stopper !== undefined);
  await holder[Symbol.asyncDispose]();
  await until(() => ["", "Z"].includes(stateOf(stopper)), "the stopper ends");
});

Deno.test("a stopper that was killed is told of, and another one can be had", async () => {
  await withStopper(async (stopper, pid) => {
    const [own, ...others] = stoppers();
    assert(own !== undefined && others.length === 0);
    Deno.kill(own, "SIGTERM");
    assert.equal(stopper.suspend(), true, "it takes no signals");
    stopper.resume();
    await until(() => stateOf(pid) !== "T", "the target goes on");
    Deno.kill(own, "SIGKILL");
    await until(() => stoppers().length === 0, "the stopper ends");
    assert.equal(stopper.suspend(), undefined);
    assert.equal(stopper.holds(), false);
    const again = openStopper(pid, helper);
    assert(!("fault" in again));
    assert.equal(again.suspend(), true);
  });
  assert.deepEqual(stoppers(), []);
});

Deno.test("a process that ends while it may be held is told of", async () => {
  await withStopper(async (stopper, pid) => {
    Deno.kill(pid, "SIGKILL");
    await until(() => stopper.suspend() === undefined, "it ends");
  });
  assert.deepEqual(stoppers(), []);
});

Deno.test("no stopper is had for a process that is not there, nor two at a time", async () => {
  const refused = openStopper(0x7fff_fffe, helper);
  assert("fault" in refused && refused.fault === "not-stoppable");
  await withStopper((_stopper, pid) => {
    assert("fault" in openStopper(pid, helper));
  });
  assert.deepEqual(stoppers(), []);
});
