import assert from "node:assert/strict";
import { inTemporary, listFiles } from "../cli/command.ts";
import { startProgram } from "./running_program.ts";
import { ORDERS, PYTHONS, runTachyon, SUBJECTS } from "./subjects.ts";

const PYTHON = PYTHONS.at(-1)!;
/** The executable where there is one: it starts sooner. */
const SUBJECT = SUBJECTS.at(-1)!;
/** How often the profiler is killed; `deno task recordings` does it a hundred times. */
const KILLS = Number(Deno.env.get("TACHYON_KILLS") ?? 4);
/** Longest life of a capture, ms. */
const LONGEST = 2500;
/** What may be lost, s. */
const MOST_LOST = 1;
/** The machine kept us waiting for so long that it may have kept the profiler, too, ms. */
const STARVED = 100;
/** Times that one kill is repeated since the machine was too busy for it to tell anything. */
const MOST_TRIES = 10;

/** Programs, and a function in all of their stacks: one that soon shows nothing new, one that always does. */
const TARGETS = [
  { args: [ORDERS, "60"], shows: /orders\.py:/ },
  { args: [new URL("../accuracy/targets/made.py", import.meta.url).pathname], shows: /made\.py:/ },
];

/** What is left of a capture that was killed. */
interface Remains {
  /** From the first sign of its file to its end, s. */
  readonly lived: number;
  /** Length of what is in the file, s; 0 if that is nothing yet. */
  readonly kept: number;
  /** The longest time for which the machine did not let us run, ms. */
  readonly starved: number;
}

Deno.test(`a capture that is killed at any time leaves all but its last second, ${KILLS} times`, async () => {
  for (let kill = 0; kill < KILLS; kill++) {
    const { args, shows } = TARGETS[kill % TARGETS.length]!;
    await using program = await startProgram(PYTHON.path, args);
    for (let tries = 1;; tries++) {
      const { lived, kept, starved } = await killCapture(program.pid, shows);
      if (lived - kept <= MOST_LOST) break;
      const words = `${kept} s kept of ${lived}, the machine busy for ${starved} ms`;
      assert.ok(starved >= STARVED && tries < MOST_TRIES, words);
    }
  }
});

async function killCapture(pid: number, shows: RegExp): Promise<Remains> {
  let [lived, kept, starved] = [0, 0, 0];
  await inTemporary(async (cwd) => {
    await runTachyon(SUBJECT, ["attach", "--binary", "-o", "a.bin", `${pid}`], {
      cwd,
      during: async (child) => {
        // The clock starts when there is a file: sampling has begun then.
        while (!listFiles(cwd).includes("a.bin.partial")) await pause(5);
        const started = performance.now();
        starved = await waitFor(Math.random() * LONGEST);
        child.kill("SIGKILL");
        lived = (performance.now() - started) / 1000;
      },
    });
    assert.deepEqual(listFiles(cwd), ["a.bin.partial"]);
    const replay = ["replay", "--collapsed", "-o", "-", "a.bin.partial"];
    const { status, stdout, stderr } = await runTachyon(SUBJECT, replay, { cwd });
    const length = / samples in ([\d.]+) (m?s) at /.exec(stderr);
    if (length === null) {
      assert.match(stderr, /There are no samples in/);
      assert.equal(stdout, "");
      assert.equal(status, 1);
      return;
    }
    assert.match(stderr, /never finished/);
    assert.match(stdout, shows);
    assert.equal(status, 0, stderr);
    kept = Number(length[1]) / (length[2] === "s" ? 1 : 1000);
  });
  return { lived, kept, starved };
}

/** Waits, and tells by how much longer than it should the longest step of it took, ms. */
async function waitFor(ms: number): Promise<number> {
  let most = 0;
  const end = performance.now() + ms;
  for (let before = performance.now(); before < end;) {
    const step = Math.min(10, end - before);
    await pause(step);
    const now = performance.now();
    most = Math.max(most, now - before - step);
    before = now;
  }
  return most;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
