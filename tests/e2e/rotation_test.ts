import assert from "node:assert/strict";
import { execute, inTemporary, listFiles } from "../cli/command.ts";
import { isFault } from "../../src/cli/errors.ts";
import { openInputFile } from "../../src/cli/input_file.ts";
import { openInput } from "../../src/recording/inputs/open.ts";
import type { Profile } from "../../src/profile/profile.ts";
import type { Summary } from "../../src/profile/metadata.ts";
import { rejectedTotal } from "../../src/profile/quality.ts";
import { untilSampled } from "./patience.ts";
import { startProgram } from "./running_program.ts";
import { ORDERS, PYTHONS, runTachyon, shellWords, SUBJECTS } from "./subjects.ts";

const PYTHON = PYTHONS.at(-1)!.path;
const SUBJECT = SUBJECTS.at(-1)!;
const INTERVAL_US = 1000;
/** How long three parts may take, ms. */
const PATIENCE_MS = 30_000;

/** What is in the recording of a part. */
interface Read {
  readonly profile: Profile;
  readonly summary: Summary;
  readonly firstUs: number;
  readonly lastUs: number;
}

function readPart(path: string): Read {
  const file = openInputFile(path);
  if (isFault(file)) throw new Error(file.what);
  try {
    const input = openInput(file.source);
    assert.ok("read" in input && input.knows === "samples");
    let [firstUs, lastUs] = [Infinity, 0];
    for (const { time, length } of input.read()) {
      if (length === 0) continue;
      firstUs = Math.min(firstUs, time[0]!);
      lastUs = time[length - 1]!;
    }
    return { profile: input.profile, summary: input.summary(), firstUs, lastUs };
  } finally {
    file.close();
  }
}

/** Ticks of which there is no sample. */
function countLost({ profile: { quality } }: Read): number {
  return quality.missedTicks + quality.withheldTicks + rejectedTotal(quality) + quality.empty;
}

/** Ticks that were due. */
function countDue({ profile: { quality } }: Read): number {
  return quality.ticks + quality.missedTicks + quality.withheldTicks;
}

Deno.test("parts follow each other without a gap, and each stands for itself", async () => {
  await using program = await startProgram(PYTHON, [ORDERS, "60"]);
  await inTemporary(async (cwd) => {
    const words = ["attach", "-d", "3.5", "--every", "1s", "-o", "binary:p-%n.bin"];
    const { status, stdout, stderr } = await untilSampled(() =>
      runTachyon(SUBJECT, [...words, "-o", "collapsed:%t-%p.txt", `${program.pid}`], { cwd })
    );
    assert.equal(status, 0, stderr);
    assert.equal(stdout, "");
    const files = listFiles(cwd);
    const parts = files.filter((name) => name.endsWith(".bin")).map((name) => `${cwd}/${name}`)
      .map(readPart);
    assert.ok(parts.length >= 2, stderr);
    assert.ok(files.includes("p-0001.bin"));
    const texts = files.filter((name) => /^\d{8}T\d{6}Z-\d+\.txt$/.test(name));
    assert.equal(texts.length, parts.length);

    const missed = parts.reduce((all, { profile }) => all + profile.quality.missedTicks, 0);
    const due = parts.reduce((all, part) => all + countDue(part), 0);
    assert.ok(Math.abs(due - 3.5e6 / INTERVAL_US) <= 2 * parts.length, `${due} ticks`);
    let fromUs = 0;
    for (const [i, part] of parts.entries()) {
      const { profile: { quality, metadata }, summary, firstUs, lastUs } = part;
      assert.equal(metadata.part!.atUs, fromUs);
      assert.equal(summary.ending, i === parts.length - 1 ? "duration" : "continued");
      // Each tick that was due in a part is in its counts; one that was missed at its border may be in those
      // of the next.
      const apart = Math.abs(countDue(part) - summary.durationUs / INTERVAL_US);
      assert.ok(apart <= 2 + missed, `${countDue(part)} of part ${i + 1}, ${missed} missed`);
      const read = quality.samples + rejectedTotal(quality) + quality.empty;
      assert.equal(read, quality.ticks);
      const before = parts[i - 1];
      if (before !== undefined) {
        const gap = before.summary.durationUs - before.lastUs + firstUs;
        assert.ok(gap <= (2 + countLost(before) + countLost(part)) * INTERVAL_US, `${gap} µs`);
      }
      assert.ok(lastUs < summary.durationUs);
      fromUs += summary.durationUs;
    }
    assert.equal(fromUs, 3.5e6);
    const [, sum] = /\d+ parts, ([\d,]+) samples in 3\.5 s/.exec(stderr)!;
    const samples = parts.reduce((all, { profile }) => all + profile.quality.samples, 0);
    assert.equal(samples, Number(sum!.replaceAll(",", "")));
  });
});

Deno.test("an output that is large enough begins anew, and only the newest are kept", async () => {
  await using program = await startProgram(PYTHON, [ORDERS, "60"]);
  await inTemporary(async (cwd) => {
    const words = ["attach", "--max-size", "2kB", "--keep", "2", "--gecko", "-o", "g-%n.json"];
    const { status, stderr } = await runTachyon(SUBJECT, [...words, `${program.pid}`], {
      cwd,
      during: async (child) => {
        const deadline = performance.now() + PATIENCE_MS;
        while (!listFiles(cwd).includes("g-0003.json")) {
          assert.ok(performance.now() < deadline, listFiles(cwd).join());
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        child.kill("SIGINT");
      },
    });
    assert.equal(status, 0, stderr);
    const [, parts] = /(\d+) parts,/.exec(stderr)!;
    assert.ok(Number(parts) >= 3, stderr);
    const names = [Number(parts) - 1, Number(parts)].map((n) => `g-000${n}.json`);
    assert.deepEqual(listFiles(cwd), names);
    for (const name of names) JSON.parse(await Deno.readTextFile(`${cwd}/${name}`));
  });
});

Deno.test("an output without a number in its name ends the capture when it is large enough", async () => {
  await using program = await startProgram(PYTHON, [ORDERS, "60"]);
  await inTemporary(async (cwd) => {
    const words = ["attach", "--max-size", "2kB", "-o", "gecko:g.json", "-o", "json:a.json"];
    const { status, stderr } = await untilSampled(() =>
      runTachyon(SUBJECT, [...words, `${program.pid}`], { cwd })
    );
    assert.equal(status, 0, stderr);
    const { capture } = JSON.parse(await Deno.readTextFile(`${cwd}/a.json`));
    assert.equal(capture.ending, "max-size");
  });
});

Deno.test("parts on standard output follow each other until nobody reads any more", async () => {
  await using program = await startProgram(PYTHON, [ORDERS, "60"]);
  const words = shellWords(SUBJECT, ["attach", "-q", "--every", "1s", `${program.pid}`]);
  const piped = `${words} | head -2; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await execute("bash", ["-c", piped]);
  assert.match(stdout, /^Profile Stats:\n.*\n0\n$/);
  assert.equal(stderr.replace(/^tachyon: (warning:|the rate was lowered) .*\n/gm, ""), "");
});

Deno.test("parts that could not be told apart, and options that fit nothing, are refused", async () => {
  const lines: [string[], RegExp][] = [
    [["--every", "1s", "--binary", "-o", "a-%p.bin"], /All parts would go to a-%p\.bin/],
    [["--every", "1s", "--binary", "-o", "a-%q%n.bin"], /%q stands for nothing/],
    [["--every", "0.2s"], /a second or more/],
    [["--keep", "2", "--binary"], /'--keep' is for outputs in parts/],
    [["--max-size", "1MB", "--collapsed"], /'--max-size' is for outputs that grow with time/],
    [["--every", "1s", "--flamegraph", "--browser"], /'--browser' does not go with/],
    [["--every", "1s", "--subprocesses", "--by", "pid"], /'--by' does not go with/],
  ];
  for (const [words, message] of lines) {
    const { status, stderr } = await runTachyon(SUBJECT, ["attach", ...words, `${Deno.pid}`]);
    assert.match(stderr, message);
    assert.equal(status, 2);
  }
});
