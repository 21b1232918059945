import assert from "node:assert/strict";
import { renderCalls } from "../../collectors/call_lines.ts";
import { DEFAULT_TABLE } from "../../collectors/pstats.ts";
import type { CallRow, CallTable } from "../../src/profile/call_table.ts";
import { findPythons, findTestPythons, type Python } from "../../scripts/pythons.ts";
import { createPstatsFile } from "../../collectors/pstats_file.ts";
import { joinPieces, readPieces, shopProfile, SUMMARY } from "../collectors/profiles.ts";
import { inTemporary } from "../cli/command.ts";
import { readCalls, refusal } from "./reading.ts";

const PYTHONS = await findPythons();
if (PYTHONS.length === 0) throw new Error("NO PYTHON HERE TO WRITE PROFILES");

/** Profiles a program whose numbers of calls are known, with hostile names, and prints how it went. */
const PROGRAM = `
import cProfile, pstats, sys
space = {}
exec(compile("""
def leaf(n):
    return sum(range(n))
def twice(n):
    return leaf(n) + leaf(n)
def down(n):
    return 0 if n == 0 else down(n - 1)
def start():
    for _ in range(50): twice(1000)
    down(9)
""", "/srv/caf\\u00e9/\\ud800;<x>.py", "exec"), space)
profile = cProfile.Profile()
profile.runcall(space["start"])
profile.dump_stats(sys.argv[1])
`;

async function python(python: Python, code: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(python.path, {
    args: ["-X", "utf8", "-c", code, ...args],
    stdin: "null",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function rowOf({ rows }: CallTable, name: string): CallRow {
  const row = rows.find((candidate) => candidate.name === name);
  assert.ok(row !== undefined, name);
  return row;
}

for (const { version, ...rest } of PYTHONS) {
  Deno.test(`a file of cProfile has its functions, calls and callers, Python ${version}`, async () => {
    await inTemporary(async (directory) => {
      const path = `${directory}/profile`;
      await python({ version, ...rest }, PROGRAM, path);
      const { calls } = readCalls(await Deno.readFile(path));
      assert.equal(calls.unit, "calls");
      const leaf = rowOf(calls, "leaf");
      assert.equal(leaf.file, "/srv/café/\ud800;<x>.py");
      assert.deepEqual([leaf.line, leaf.primitive, leaf.calls], [2, 100, 100]);
      const [caller, ...others] = leaf.callers;
      assert.deepEqual(others, []);
      assert.equal(calls.rows[caller!.caller]!.name, "twice");
      assert.equal(caller!.counts.calls, 100);
      assert.ok(leaf.totalUs >= leaf.selfUs && leaf.selfUs > 0);
      const down = rowOf(calls, "down");
      assert.deepEqual([down.primitive, down.calls], [1, 10]);
      const from = down.callers.map((
        { caller, counts },
      ) => [calls.rows[caller]!.name, counts.calls]);
      assert.deepEqual(from.sort(), [["down", 9], ["start", 1]]);
      assert.ok(rowOf(calls, "start").totalUs >= rowOf(calls, "twice").totalUs);
    });
  });
}

const SAMPLED = (await findTestPythons()).find(({ minor }) => minor === "3.15");
if (SAMPLED === undefined) {
  const words = "NO PYTHON 3.15 HERE: ITS SAMPLED PROFILES ARE NOT TESTED";
  if (Deno.env.get("CI") === "true") throw new Error(words);
  Deno.stderr.writeSync(new TextEncoder().encode(`inputs: ${words}\n`));
} else {
  Deno.test("a file of the sampling profiler of CPython has samples instead of calls", async () => {
    await inTemporary(async (directory) => {
      await Deno.writeTextFile(
        `${directory}/busy.py`,
        "def spin():\n  x = 0\n  for i in range(9_000_000):\n    x += i\nspin()\n",
      );
      const { success } = await new Deno.Command(SAMPLED.path, {
        args: ["-m", "profiling.sampling", "run", "-o", "out.pstats", "busy.py"],
        cwd: directory,
      }).output();
      assert.ok(success);
      const { calls } = readCalls(await Deno.readFile(`${directory}/out.pstats`));
      assert.equal(calls.unit, "samples");
      const spins = calls.rows.filter(({ name }) => name === "spin");
      const samples = spins.reduce((sum, { primitive }) => sum + primitive, 0);
      assert.ok(samples > 50, `${samples}`);
      assert.ok(spins.every(({ callers }) => callers.every(({ counts }) => counts.calls > 0)));
    });
  });
}

Deno.test("our own file has samples, too, though it has no mark", () => {
  const { profile } = shopProfile();
  const { calls } = readCalls(joinPieces(createPstatsFile().finish(profile, SUMMARY)));
  assert.equal(calls.unit, "samples");
  const { primitive, calls: onStack } = rowOf(calls, "price_order");
  assert.deepEqual([primitive, onStack], [600, 600]);
  assert.deepEqual([rowOf(calls, "walk").primitive, rowOf(calls, "walk").calls], [200, 200]);
  assert.match(readPieces(renderCalls(calls, DEFAULT_TABLE)), /^ {2}samples +1,000\n/m);
});

const TABLE: CallTable = {
  unit: "calls",
  rows: [
    row("/srv/a.py", "serve", 3, { primitive: 1, calls: 1, selfUs: 1000, totalUs: 10_000 }),
    {
      ...row("/srv/b.py", "walk\n\x1b[31m", 8, {
        primitive: 5,
        calls: 25,
        selfUs: 7000,
        totalUs: 7000,
      }),
      callers: [
        { caller: 0, counts: { calls: 5, totalUs: 7000 } },
        { caller: 1, counts: { calls: 20 } },
      ],
    },
    row("~", "<built-in method builtins.len>", 0, {
      primitive: 9,
      calls: 9,
      selfUs: 2000,
      totalUs: 2000,
    }),
  ],
};

function row(
  file: string,
  name: string,
  line: number,
  counts: Pick<CallRow, "primitive" | "calls" | "selfUs" | "totalUs">,
): CallRow {
  return { file, name, line, ...counts, callers: [] };
}

Deno.test("calls are shown with their times and callers, hostile names spelled out", () => {
  const text = readPieces(renderCalls(TABLE, DEFAULT_TABLE));
  const lines = text.split("\n");
  assert.ok(lines.includes("  calls     35, 15 of them not recursive"));
  assert.ok(lines.includes("  time      10 ms in all functions"));
  const at = lines.findIndex((line) => line.includes("filename:lineno(function)"));
  assert.deepEqual(lines.slice(at + 1, at + 4).map((line) => line.trim().split(/ {2,}/)), [
    ["25/5", "70.0", "7.000", "70.0", "7.000", "b.py:8(walk\\n\\x1b[31m)"],
    ["9", "20.0", "2.000", "20.0", "2.000", "<built-in method builtins.len>"],
    ["1", "10.0", "1.000", "100.0", "10.000", "a.py:3(serve)"],
  ]);
  assert.match(
    text,
    /Callers:\n {2}b\.py:8.*\n {4}20 calls {2}b\.py:8.*\n {4}5 calls, 7 ms {2}a\.py:3\(serve\)\n$/,
  );
  assert.doesNotMatch(
    readPieces(renderCalls(TABLE, { ...DEFAULT_TABLE, summary: false })),
    /Callers/,
  );
});

Deno.test("calls can be sorted by their number, and by name", () => {
  const first = (sort: typeof DEFAULT_TABLE.sort): string => {
    const lines = readPieces(renderCalls(TABLE, { ...DEFAULT_TABLE, sort, limit: 1 })).split("\n");
    return lines[lines.findIndex((line) => line.includes("filename:lineno")) + 1]!.trim();
  };
  assert.match(first("nsamples-cumul"), /^25\/5/);
  assert.match(first("cumtime"), /serve/);
  assert.match(first("name"), /built-in/);
});

Deno.test("marshalled files that are no profiles, or cut short, are refused", async () => {
  await inTemporary(async (directory) => {
    const path = `${directory}/profile`;
    await python(PYTHONS.at(-1)!, PROGRAM, path);
    const bytes = await Deno.readFile(path);
    readCalls(bytes);
    for (let length = 2; length < bytes.length; length += 7) {
      assert.match(refusal(bytes.slice(0, length)), /^damaged: it/);
    }
    const code =
      "import marshal, sys; open(sys.argv[1], 'wb').write(marshal.dumps({(1, 2): {3: 4}}))";
    await python(PYTHONS.at(-1)!, code, path);
    assert.match(refusal(await Deno.readFile(path)), /^damaged/);
  });
});

Deno.test("no bytes make the readers fall over or take memory that is not in the file", async () => {
  await inTemporary(async (directory) => {
    const path = `${directory}/profile`;
    await python(PYTHONS.at(-1)!, PROGRAM, path);
    const bytes = await Deno.readFile(path);
    let state = 12345;
    const random = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return Math.floor(state / 2 ** 32 * below);
    };
    const rounds = Number(Deno.env.get("TACHYON_FUZZ_INPUTS") ?? 3000);
    let refused = 0;
    for (let round = 0; round < rounds; round++) {
      const wrong = bytes.slice(0, random(4) === 0 ? random(bytes.length) : bytes.length);
      for (let i = random(4); i >= 0; i--) wrong[2 + random(wrong.length)] = random(256);
      try {
        readCalls(wrong);
      } catch (error) {
        // Anything but a refusal is thrown by `readCalls` as something else.
        assert.ok(error instanceof assert.AssertionError, `${error}`);
        refused++;
      }
    }
    assert.ok(refused > rounds / 3);
  });
});
