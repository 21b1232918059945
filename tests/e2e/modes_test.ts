import assert from "node:assert/strict";
import { inTemporary } from "../cli/command.ts";
import { untilSampled } from "./patience.ts";
import { startProgram } from "./running_program.ts";
import { PYTHONS, runTachyon, SUBJECTS } from "./subjects.ts";

const [SOURCES] = SUBJECTS;

/** A thread that works, and a main thread that sleeps. */
const PROGRAM = `
import signal, threading, time
def work():
    n = 0
    while True:
        for i in range(1000): n += i & 3
threading.Thread(target=work, daemon=True).start()
signal.alarm(60)
print("ready", flush=True)
while True: signal.pause()
`;

/** What the tests look at of a summary. */
interface Summary {
  readonly capture: { readonly mode: string };
  readonly threads: readonly {
    readonly main: boolean;
    readonly samples: number;
    readonly has_gil: number | null;
    readonly on_cpu: number | null;
    readonly has_exception: number | null;
  }[];
  readonly functions: readonly { readonly name: string }[];
}

for (const python of PYTHONS) {
  Deno.test(`modes keep threads that do what is asked, and outputs say which, on Python ${python.version}`, async () => {
    await using program = await startProgram(python.path, ["-c", PROGRAM]);
    const pid = String(program.pid);
    await inTemporary(async (cwd) => {
      const summed = await untilSampled((factor) => {
        const words = ["attach", "-q", "-a", "-d", String(0.5 * factor), "--json", "-o", "-", pid];
        return runTachyon(SOURCES!, words);
      });
      const wall = JSON.parse(summed.stdout) as Summary;
      assert.equal(wall.capture.mode, "wall");
      const [main, worker] = [
        wall.threads.find((t) => t.main)!,
        wall.threads.find((t) => !t.main)!,
      ];
      assert.ok(main.samples > 0 && worker.samples > 0);
      assert.deepEqual([main.has_gil, main.on_cpu, main.has_exception], [0, 0, 0]);
      assert.ok(worker.has_gil! > worker.samples / 2, JSON.stringify(worker));
      assert.ok(worker.on_cpu! > 0);

      for (const mode of ["cpu", "gil"]) {
        const file = `${cwd}/${mode}.bin`;
        const { status, stderr } = await untilSampled((factor) => {
          const words = ["attach", "-q", "-a", "-d", String(0.5 * factor), "--mode", mode];
          return runTachyon(SOURCES!, [...words, "--binary", "-o", file, pid]);
        });
        assert.equal(status, 0, stderr);
        const { stdout } = await runTachyon(SOURCES!, ["replay", "-q", "--json", "-o", "-", file]);
        const { capture: { mode: said }, threads, functions } = JSON.parse(stdout) as Summary;
        assert.equal(said, mode);
        const kept = threads.filter(({ samples }) => samples > 0);
        assert.deepEqual(kept.map((thread) => thread.main), [false]);
        assert.equal(mode === "cpu" ? kept[0]!.on_cpu : kept[0]!.has_gil, kept[0]!.samples);
        assert.ok(functions.some(({ name }) => name === "work"));
      }
    });
  });
}

Deno.test("a mode that finds nothing says what it looked for, and at how much", async () => {
  await using program = await startProgram(PYTHONS[0]!.path, ["-c", PROGRAM]);
  const words = ["attach", "-d", "0.3", "--mode", "exception", String(program.pid)];
  const { status, stdout, stderr } = await runTachyon(SOURCES!, words);
  assert.match(
    stderr,
    /No samples were collected: no thread was found with an exception in \d+ readings \(only the main thread was looked at: -a takes all\)/,
  );
  assert.deepEqual([status, stdout], [1, ""]);
});
