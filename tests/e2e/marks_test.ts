import assert from "node:assert/strict";
import { listOpcodes } from "../../src/profile/opcodes.ts";
import { execute, inTemporary, listFiles } from "../cli/command.ts";
import { readGecko } from "../collectors/gecko_file.ts";
import { startProgram } from "./running_program.ts";
import { PYTHONS, runTachyon, SUBJECTS } from "./subjects.ts";

const TARGET = new URL("../accuracy/targets/calling.py", import.meta.url).pathname;

// What differs between versions is tried elsewhere.
for (const { path: python, minor } of [PYTHONS[0]!, PYTHONS.at(-1)!]) {
  Deno.test(`C code and instructions reach every output, and come out of recordings again, of Python ${minor}`, async () => {
    await using program = await startProgram(python, [TARGET]);
    await inTemporary(async (cwd) => {
      const text = (path: string): string => Deno.readTextFileSync(`${cwd}/${path}`);
      const outputs = ["collapsed:a.txt", "gecko:a.json", "heatmap:a", "binary:a.bin"];
      const words = ["attach", "-d", "1", "--native", "--opcodes"];
      const places = outputs.flatMap((output) => ["-o", output]);
      const captured = await runTachyon(SUBJECTS.at(-1)!, [...words, ...places, `${program.pid}`], {
        cwd,
      });
      assert.equal(captured.status, 0, captured.stderr);

      const collapsed = text("a.txt");
      assert.match(collapsed, /;calling\.py:check:\d+;<native binascii\.crc32> \d+\n/);
      assert.match(collapsed, /;<native builtins\.sorted>;calling\.py:weigh:\d+ \d+\n/);
      const { categories, threads } = readGecko(text("a.json"));
      const native = categories.find(([name]) => name === "<native binascii.crc32>");
      assert.equal(native?.[1], "Native");
      const names = new Set(listOpcodes(`${minor}.0`).map(({ name }) => name));
      const executed = threads.flatMap(({ markers }) => markers)
        .map((marker) => /"opname":"(\w+)"/.exec(marker)?.[1])
        .filter((name) => name !== undefined);
      assert.ok(executed.length > 0 && executed.every((name) => names.has(name)));
      assert.ok(executed.some((name) => name.startsWith("BINARY_OP")));
      const page = listFiles(`${cwd}/a`).find((name) => name.startsWith("calling.py"))!;
      assert.match(text(`a/${page}`), /BINARY_OP/);

      const again = ["-o", "collapsed:b.txt", "-o", "gecko:b.json", "-o", "heatmap:b"];
      const replayed = await runTachyon(SUBJECTS.at(-1)!, ["replay", ...again, "a.bin"], { cwd });
      assert.equal(replayed.status, 0, replayed.stderr);
      assert.equal(text("b.txt"), collapsed);
      assert.deepEqual(readGecko(text("b.json")).threads, threads);
      assert.equal(text(`b/${page}`), text(`a/${page}`));
      if (minor !== "3.15") return;
      const theirs = ["-m", "profiling.sampling", "replay", "--collapsed", "-o", "c.txt", "a.bin"];
      const outcome = await execute(python, theirs, { cwd });
      assert.equal(outcome.status, 0, outcome.stderr);
      const lines = (path: string): string[] =>
        text(path).trimEnd().split("\n").map((line) => line.replace(/^tid:\d+;/, "")).sort();
      assert.deepEqual(lines("c.txt"), lines("a.txt"));
    });
  });
}
