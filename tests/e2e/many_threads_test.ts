import assert from "node:assert/strict";
import { FORMAT_NAMES, FORMATS } from "../../collectors/registry.ts";
import { inTemporary, listFiles } from "../cli/command.ts";
import { PYTHONS, runTachyon, SUBJECTS } from "./subjects.ts";

const PYTHON = PYTHONS.at(-1)!;
const SUBJECT = SUBJECTS.at(-1)!;
const PROGRAM = new URL("targets/many_threads.py", import.meta.url).pathname;
const THREADS = 1000;
const NAMES = FORMAT_NAMES.filter((name) => !FORMATS[name].compares);

/** Starts the program; fulfilled when all of its threads are there. */
async function startThreads(): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(PYTHON.path, {
    args: [PROGRAM, String(THREADS)],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const output = child.stdout.getReader();
  const { value } = await output.read();
  // It stays open: the program may not be through with its line.
  output.releaseLock();
  assert.match(new TextDecoder().decode(value), /{}/);
  return child;
}

/** How often each thread was seen, by its number. */
function countByThread(collapsed: string): Map<string, number> {
  const seen = new Map<string, number>();
  for (const line of collapsed.trimEnd().split("\n")) {
    const [, tid, count] = /^tid:(\d+);.* (\d+)$/.exec(line)!;
    seen.set(tid!, (seen.get(tid!) ?? 0) + Number(count));
  }
  return seen;
}

Deno.test(`a program of ${THREADS} threads is captured with all of them, and replayed to every format`, async () => {
  const program = await startThreads();
  try {
    await inTemporary(async (cwd) => {
      await Deno.mkdir(`${cwd}/again`);
      const outputs = ["-o", "binary:a.bin", "-o", "collapsed:a.txt"];
      let [live, seen] = ["", new Map<string, number>()];
      // On a busy machine hardly any tick is made in time.
      for (let seconds = 2; seen.size <= THREADS && seconds <= 8; seconds *= 2) {
        const attach = ["attach", "-a", "-r", "50", "-d", `${seconds}`, ...outputs];
        const words = [...attach, `${program.pid}`];
        const { status, stderr } = await runTachyon(SUBJECT, words, { cwd });
        assert.equal(status, 0, stderr);
        live = await Deno.readTextFile(`${cwd}/a.txt`);
        seen = countByThread(live);
      }
      assert.equal(seen.size, THREADS + 1);
      assert.match(live, /wait_for_ever:\d+;.*wait/);
      assert.match(live, /work:\d+ \d+\n/);

      const all = NAMES.flatMap((name) => ["-o", `${name}:again`]);
      const replayed = await runTachyon(SUBJECT, ["replay", ...all, "a.bin"], { cwd });
      assert.equal(replayed.status, 0, replayed.stderr);
      const written = listFiles(`${cwd}/again`);
      assert.equal(written.length, NAMES.length);
      const again = written.find((name) => name.startsWith("collapsed_"))!;
      assert.equal(await Deno.readTextFile(`${cwd}/again/${again}`), live);
      const gecko = written.find((name) => name.startsWith("gecko_"))!;
      const { threads } = JSON.parse(await Deno.readTextFile(`${cwd}/again/${gecko}`));
      assert.equal(threads.length, THREADS + 1);
      assert.ok(threads.some(({ name }: { name: string }) => name === "waits 999"));
    });
  } finally {
    program.kill("SIGKILL");
    await program.output();
  }
});
