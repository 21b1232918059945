import assert from "node:assert/strict";
import { inTemporary, listFiles } from "../cli/command.ts";
import { untilSampled } from "./patience.ts";
import { startProgram } from "./running_program.ts";
import { ORDERS, PYTHONS, runTachyon, shellWords, SUBJECTS } from "./subjects.ts";
import { execute } from "../cli/command.ts";

/** Lines of a function's body in the example, by their numbers. */
function bodyLines(name: string): { first: number; last: number } {
  const lines = Deno.readTextFileSync(ORDERS).split("\n");
  const first = lines.findIndex((line) => line.startsWith(`def ${name}(`)) + 1;
  const length = lines.slice(first).findIndex((line) => /^\S/.test(line));
  return { first, last: first + length };
}

/** Location of the first row of the table. */
function firstRow(table: string): string {
  const lines = table.split("\n");
  return lines[lines.findIndex((line) => line.includes("filename:lineno(function)")) + 1] ?? "";
}

for (const subject of SUBJECTS) {
  for (const python of PYTHONS) {
    const on = `on Python ${python.version}, ${subject.name}`;
    const choose = ["--python", python.path];

    Deno.test(`run shows the hot function of the example first, ${on}`, async () => {
      const { status, stdout, stderr } = await runTachyon(subject, [
        "run",
        ...choose,
        ORDERS,
        "1.5",
      ]);
      assert.match(stdout, /^\d+ orders, [\d.]+ in total\nProfile Stats:\n/);
      assert.match(
        stdout,
        new RegExp(`pid \\d+, Python ${python.version.replaceAll(".", "\\.")}\n`),
      );
      const { first } = bodyLines("find_coupons");
      assert.ok(firstRow(stdout).endsWith(`orders.py:${first}(find_coupons)`), firstRow(stdout));
      assert.match(stdout, /orders\.py:1\(<module>\)/);
      assert.match(stderr, /^tachyon: [\d,]+ samples in /m);
      assert.equal(status, 0);
    });

    Deno.test(`attach gives right stacks and lines while the program runs on, ${on}`, async () => {
      await using program = await startProgram(python.path, [ORDERS, "30"]);
      const { status, stdout } = await untilSampled((factor) => {
        const words = ["attach", "-a", "-d", String(factor), "--collapsed", "-o", "-"];
        return runTachyon(subject, [...words, String(program.pid)]);
      });
      assert.equal(status, 0);
      assert.equal(program.runs(), true);
      const lines = stdout.trimEnd().split("\n");
      for (const line of lines) assert.match(line, /^tid:\d+;\S.* \d+$/);
      const hot = lines.filter((line) => line.includes(";orders.py:find_coupons:"));
      const main = `tid:${program.pid};orders.py:<module>:`;
      const { first, last } = bodyLines("find_coupons");
      assert.ok(hot.length > 0, stdout);
      for (const line of hot) {
        assert.ok(line.startsWith(main), line);
        assert.match(line, /;orders\.py:main:\d+;orders\.py:serve:\d+;orders\.py:price_order:\d+;/);
        const at = Number(/find_coupons:(\d+)/.exec(line)?.[1]);
        assert.ok(at >= first && at <= last, line);
      }
      assert.equal(new Set(lines.map((line) => line.split(";")[0])).size, 3);
      assert.ok(lines.some((line) => / \d+$/.test(line) && line.includes(";orders.py:report:")));
    });

    Deno.test(`run passes arguments, streams and status through, ${on}`, async () => {
      await inTemporary(async (cwd) => {
        const code = "import sys, time\ntime.sleep(1)\nprint(sys.argv[1:], sys.stdin.read())\n" +
          "print('err', file=sys.stderr)\nsys.exit(7)\n";
        await Deno.writeTextFile(`${cwd}/echo.py`, code);
        // Where interrupts are dear a lower rate would be told of, too.
        const keep = ["--max-slowdown", "100"];
        const words = ["run", ...choose, ...keep, "-q", "-o", "table.txt", "echo.py", "-r", "x y"];
        const piped = `printf 'typed in' | ${shellWords(subject, words)}`;
        const { status, stdout, stderr } = await execute("sh", ["-c", piped], { cwd });
        assert.equal(stdout, "['-r', 'x y'] typed in\n");
        // On a busy machine ticks are missed and stacks rejected, and that is said.
        assert.equal(stderr.replaceAll(/^tachyon: warning: .*\n/gm, ""), "err\n");
        assert.equal(status, 7);
        const table = await Deno.readTextFile(`${cwd}/table.txt`);
        assert.match(table, /echo\.py:1\(<module>\)/);
        assert.doesNotMatch(table, /runpy/);
        assert.deepEqual(listFiles(cwd), ["echo.py", "table.txt"]);
      });
    });

    Deno.test(`the Python below a launcher is found, ${on}`, async () => {
      const launched = { name: "", program: python.path, args: [] };
      const { status, stdout, stderr } = await untilSampled((factor) => {
        const script = `${shellWords(launched, [ORDERS, String(factor)])}; true`;
        const words = ["run", "-q", "--collapsed", "-o", "-", "--", "sh", "-c", script];
        return runTachyon(subject, words);
      });
      assert.match(stdout, /;orders\.py:find_coupons:\d+ \d+\n/, stderr);
      assert.equal(status, 0);
    });

    Deno.test(`a program that ends while it is sampled gives its profile, ${on}`, async () => {
      const { status, stdout } = await untilSampled(async (factor) => {
        await using program = await startProgram(python.path, [ORDERS, String(2 * factor)]);
        return await runTachyon(subject, ["attach", String(program.pid)]);
      });
      assert.match(stdout, /\(the program ended\)/);
      assert.match(stdout, /find_coupons/);
      assert.equal(status, 0);
    });
  }
}
