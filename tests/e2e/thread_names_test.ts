import assert from "node:assert/strict";
import { inTemporary } from "../cli/command.ts";
import { startProgram } from "./running_program.ts";
import { PYTHONS, runTachyon, SUBJECTS } from "./subjects.ts";

/** Names that only Python knows: longer than the system's, and changed by another thread. */
const PROGRAM = `
import threading, time
def work():
    while True: sum(range(1000)); time.sleep(0.001)
worker = threading.Thread(target=work, daemon=True, name="a name of more than fifteen bytes")
worker.start()
print("ready", flush=True)
time.sleep(1)
worker.name = "renamed while it was sampled"
time.sleep(60)
`;

for (const python of [PYTHONS[0]!, PYTHONS.at(-1)!]) {
  Deno.test(`profiles have the names of Python's threads, also new ones, on ${python.version}`, async () => {
    await inTemporary(async (cwd) => {
      await Deno.writeTextFile(`${cwd}/named.py`, PROGRAM);
      await using program = await startProgram(python.path, [`${cwd}/named.py`]);
      const names = async (seconds: string): Promise<(string | null)[]> => {
        const args = ["attach", "-aq", "-d", seconds, "--json", "-o", "-", `${program.pid}`];
        const { status, stdout, stderr } = await runTachyon(SUBJECTS.at(-1)!, args, { cwd });
        // The program may take long to begin.
        if (status !== 0) return [];
        const { threads } = JSON.parse(stdout) as {
          threads: { name: string | null; main: boolean }[];
        };
        assert.equal(threads.find(({ main }) => main)!.name, null, stderr);
        return threads.filter(({ main }) => !main).map(({ name }) => name);
      };
      let [first] = await names("0.2");
      for (let tries = 0; tries < 20 && !first; tries++) [first] = await names("0.2");
      assert.ok(/^(a name of more than fifteen bytes|renamed while)/.test(first ?? ""), `${first}`);
      assert.deepEqual(await names("3"), ["renamed while it was sampled"]);
    });
  });
}
