import assert from "node:assert/strict";
import { inTemporary, listFiles } from "../cli/command.ts";
import { sizeOf, untilRecorded } from "./recorded.ts";
import { RunningProgram, startProgram } from "./running_program.ts";
import { BEACON } from "../../src/cli/beacon.ts";
import { ORDERS, PYTHONS, runTachyon, SUBJECTS } from "./subjects.ts";

const PYTHON = PYTHONS.at(-1)!.path;
const SUBJECT = SUBJECTS.at(-1)!;
async function samplesIn(path: string): Promise<number> {
  const { status, stdout, stderr } = await runTachyon(SUBJECT, [
    "replay",
    "--json",
    "-o",
    "-",
    path,
  ]);
  assert.equal(status, 0, stderr);
  const { samples, capture } = JSON.parse(stdout);
  assert.equal(capture.ending, path.includes(".1.") ? "snapshot" : "interrupted");
  return samples;
}

Deno.test("a snapshot has what there is of all outputs, and the capture goes on", async () => {
  await using program = await startProgram(PYTHON, [ORDERS, "60"]);
  await inTemporary(async (cwd) => {
    const outputs = ["binary:a.bin", "gecko:a.json", "pstats:a", "heatmap:pages", "pprof:a.pb.gz"];
    const words = outputs.flatMap((output) => ["-o", output]);
    let names: string[] = [];
    const { status, stderr } = await runTachyon(SUBJECT, ["attach", ...words, `${program.pid}`], {
      cwd,
      during: async (child) => {
        await untilRecorded(`${cwd}/a.bin.partial`);
        const taken = await runTachyon(SUBJECT, ["snapshot", `${child.pid}`]);
        assert.equal(taken.status, 0, taken.stderr);
        names = taken.stdout.trimEnd().split("\n").sort();
        const size = sizeOf(`${cwd}/a.bin.partial`)!;
        while (sizeOf(`${cwd}/a.bin.partial`) === size) {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        child.kill("SIGINT");
      },
    });
    assert.equal(status, 0, stderr);
    const places = ["a.1", "a.1.bin", "a.1.json", "a.1.pb.gz", "pages.1/index.html"];
    assert.deepEqual(names, places.map((name) => `${Deno.realPathSync(cwd)}/${name}`));
    assert.deepEqual(listFiles(cwd), [
      ...["a", "a.1", "a.1.bin", "a.1.json", "a.1.pb.gz", "a.bin", "a.json", "a.pb.gz"],
      ...["pages", "pages.1"],
    ]);
    const [early, whole] = [await samplesIn(`${cwd}/a.1.bin`), await samplesIn(`${cwd}/a.bin`)];
    assert.ok(early > 0 && early < whole, `${early} of ${whole}`);
    for (const name of ["a.1.json", "a.json"]) {
      const { threads } = JSON.parse(await Deno.readTextFile(`${cwd}/${name}`));
      assert.ok(threads[0].samples.length > 0);
    }
  });
  const left = [...Deno.readDirSync("/tmp")].filter(({ name }) => name.includes(BEACON));
  assert.deepEqual(left, []);
});

Deno.test("a capture in parts begins a new part when a snapshot is asked for", async () => {
  await using program = await startProgram(PYTHON, [ORDERS, "60"]);
  await inTemporary(async (cwd) => {
    const words = ["attach", "--every", "1h", "--binary", "-o", "p-%n.bin", `${program.pid}`];
    const { status, stderr } = await runTachyon(SUBJECT, words, {
      cwd,
      during: async (child) => {
        await untilRecorded(`${cwd}/p-0001.bin.partial`);
        const { stdout } = await runTachyon(SUBJECT, ["snapshot", `${child.pid}`]);
        assert.equal(stdout, `${Deno.realPathSync(cwd)}/p-0001.bin\n`);
        await untilRecorded(`${cwd}/p-0002.bin.partial`);
        child.kill("SIGINT");
      },
    });
    assert.equal(status, 0, stderr);
    assert.deepEqual(listFiles(cwd), ["p-0001.bin", "p-0002.bin"]);
    assert.match(stderr, /2 parts,/);
  });
});

Deno.test("what is no capture is not sent the signal that would end it", async () => {
  await using sleeper = new RunningProgram("sleep", ["60"]);
  const refused = await runTachyon(SUBJECT, ["snapshot", `${sleeper.pid}`]);
  assert.match(refused.stderr, /is no capture of tachyon's, and was left alone/);
  assert.equal(refused.status, 1);
  assert.equal(sleeper.runs(), true);
  const missing = await runTachyon(SUBJECT, ["snapshot", "4194305"]);
  assert.match(missing.stderr, /There is no process with pid 4194305/);
  assert.equal(missing.status, 1);
});

Deno.test("a process that only looks like a capture is not sent the signal", async () => {
  await inTemporary(async (cwd) => {
    const name = `${BEACON}-${crypto.randomUUID()}.tmp (deleted)`;
    await Deno.writeTextFile(`${cwd}/${name}`, '{"tachyon":"0"}\n');
    await using pretender = new RunningProgram("sh", [
      "-c",
      `exec sleep 60 3< "$0"`,
      `${cwd}/${name}`,
    ]);
    const { status, stderr } = await runTachyon(SUBJECT, ["snapshot", `${pretender.pid}`]);
    assert.match(stderr, /is no capture of tachyon's/);
    assert.equal(status, 1);
    assert.equal(pretender.runs(), true);
  });
});
