import assert from "node:assert/strict";
import { FORMAT_NAMES, FORMATS } from "../../collectors/registry.ts";
import { execute, inTemporary, listFiles, processesIn } from "../cli/command.ts";
import { startProgram } from "./running_program.ts";
import { ORDERS, PYTHONS, runTachyon, shellWords, SUBJECTS } from "./subjects.ts";

const PYTHON = PYTHONS.at(-1)!;
/** Formats that need nothing but a capture. */
const NAMES = FORMAT_NAMES.filter((name) => !FORMATS[name].compares);
/** What does not depend on the form is tried on one. */
const SOURCES = SUBJECTS[0]!;
/** Sums up the counts of collapsed lines. */
function countSamples(collapsed: string): number {
  return collapsed.trimEnd().split("\n")
    .reduce((sum, line) => sum + Number(/ (\d+)$/.exec(line)![1]), 0);
}

for (const subject of SUBJECTS) {
  Deno.test(`one capture gives every format, and its recording gives them again, ${subject.name}`, async () => {
    await using program = await startProgram(PYTHON.path, [ORDERS, "30"]);
    await inTemporary(async (cwd) => {
      await Deno.mkdir(`${cwd}/live`);
      await Deno.mkdir(`${cwd}/again`);
      const outputs = (directory: string): string[] =>
        NAMES.flatMap((name) => ["-o", `${name}:${directory}`]);
      const attach = ["attach", "-a", "-d", "1", ...outputs("live"), `${program.pid}`];
      const { status, stdout, stderr } = await runTachyon(subject, attach, { cwd });
      assert.equal(stdout, "");
      assert.equal(status, 0, stderr);
      const names = listFiles(`${cwd}/live`);
      assert.equal(names.length, NAMES.length);
      for (const name of names) {
        assert.match(name, new RegExp(`^[a-z_-]+_${program.pid}(\\.|$)`));
        assert.ok(Deno.statSync(`${cwd}/live/${name}`).size > 100, name);
      }

      const recording = `live/binary_${program.pid}.bin`;
      const replay = ["replay", ...outputs("again"), recording];
      const replayed = await runTachyon(subject, replay, { cwd });
      assert.equal(replayed.status, 0, replayed.stderr);
      assert.deepEqual(listFiles(`${cwd}/again`), names);
      const text = (path: string): string => Deno.readTextFileSync(`${cwd}/${path}`);
      const collapsed = `collapsed_${program.pid}.txt`;
      assert.equal(text(`again/${collapsed}`), text(`live/${collapsed}`));
    });
  });
}

Deno.test("a recording goes to a pipe, and to no terminal", async () => {
  await using program = await startProgram(PYTHON.path, [ORDERS, "30"]);
  await inTemporary(async (cwd) => {
    const words = ["attach", "-q", "-d", "0.5", "--binary", "-o", "-", `${program.pid}`];
    const piped = `${shellWords(SOURCES, words)} > piped.bin`;
    assert.equal((await execute("sh", ["-c", piped], { cwd })).status, 0);
    const { stdout } = await runTachyon(SOURCES, ["replay", "-q", "piped.bin"], { cwd });
    assert.match(stdout, /find_coupons/);
    const terminal = ["-qec", shellWords(SOURCES, words), "/dev/null"];
    const refused = await execute("script", terminal, { cwd });
    assert.match(refused.stdout, /binary is not text and would garble the terminal/);
    assert.equal(refused.status, 2);
  });
});

Deno.test("a full disk ends the recording, which is kept, and no other output", async () => {
  await using program = await startProgram(PYTHON.path, [ORDERS, "30"]);
  await inTemporary(async (cwd) => {
    const words = ["attach", "-a", "-r", "5khz", "-d", "3", "--compression", "none"];
    const outputs = ["-o", "binary:a.bin", "-o", "collapsed:a.txt", `${program.pid}`];
    // Deno's own files of compiled code are larger.
    const lean = { ...SOURCES, args: ["run", "--no-code-cache", ...SOURCES.args.slice(1)] };
    const command = shellWords(lean, [...words, ...outputs]);
    // A file may grow to 64 KiB; there is a signal, too, that says so.
    const limited = `ulimit -f 64; exec ${command}`;
    const { status, stderr } = await execute("bash", ["-c", limited], { cwd });
    assert.match(stderr, /Cannot write to a\.bin\.partial: there is no space left\.\n/);
    assert.match(stderr, /`tachyon replay a\.bin\.partial` reads it/);
    assert.match(stderr, /collapsed written to a\.txt/);
    assert.equal(status, 1);
    assert.deepEqual(listFiles(cwd), ["a.bin.partial", "a.txt"]);
    const replay = ["replay", "--collapsed", "-o", "-", "a.bin.partial"];
    const replayed = await runTachyon(SOURCES, replay, { cwd });
    const all = countSamples(await Deno.readTextFile(`${cwd}/a.txt`));
    const kept = countSamples(replayed.stdout);
    assert.ok(kept > 1000 && kept < all, `${kept} of ${all}`);
  });
});

Deno.test("a run that is killed leaves its program alone and what it recorded", async () => {
  await inTemporary(async (cwd) => {
    const words = ["run", "--python", PYTHON.path, "-o", "binary:", ORDERS, "60"];
    let left: string[] = [];
    await runTachyon(SOURCES, words, {
      cwd,
      during: async (child) => {
        await waitUntil(() => listFiles(cwd).some((name) => name.endsWith(".partial")));
        // What is older than a second is in the file.
        await pause(2500);
        child.kill("SIGKILL");
        await child.status;
        left = processesIn(cwd);
        for (const pid of left) Deno.kill(Number(pid), "SIGKILL");
      },
    });
    assert.equal(left.length, 1);
    const partial = `binary_${left[0]}.bin.partial`;
    assert.deepEqual(listFiles(cwd), [partial]);
    const replay = ["replay", "--collapsed", partial];
    const { status, stderr } = await runTachyon(SOURCES, replay, { cwd });
    assert.match(stderr, /never finished/);
    assert.equal(status, 0);
    assert.match(await Deno.readTextFile(`${cwd}/collapsed_${left[0]}.txt`), /find_coupons/);
  });
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function waitUntil(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 1000) throw new Error("it did not come about");
    await pause(10);
  }
}
