import assert from "node:assert/strict";
import { createBinary } from "../../collectors/binary.ts";
import { createCollapsed, DEFAULT_COLLAPSED } from "../../collectors/collapsed.ts";
import { drawBar } from "../../src/cli/progress.ts";
import { Profile } from "../../src/profile/profile.ts";
import { joinPieces, shopProfile, SUMMARY } from "../collectors/profiles.ts";
import { inTemporary, listFiles, runFake } from "./command.ts";

/** The shop's samples as a finished recording, or as one whose writer was killed. */
function recordShop(finished: boolean): Uint8Array {
  const { profile } = shopProfile();
  const collector = createBinary({});
  const pieces = [...collector.begin(profile.metadata)];
  const again = new Profile(profile.metadata);
  Object.assign(again, {
    strings: profile.strings,
    frames: profile.frames,
    stacks: profile.stacks,
    threads: profile.threads,
  });
  Object.assign(again.quality, profile.quality);
  let tick = 0;
  for (const [stack, count] of profile.counts[0]!.view().entries()) {
    for (let i = 0; i < count; i++, tick++) {
      const batch = {
        length: 1,
        time: Float64Array.of(tick * 1000),
        thread: Int32Array.of(0),
        stack: Int32Array.of(stack),
        flags: Int32Array.of(0),
      };
      again.add(batch);
      pieces.push(...collector.add(again, batch));
    }
  }
  if (!finished) return joinPieces(pieces);
  pieces.push(...collector.finish(again, SUMMARY));
  const bytes = joinPieces(pieces);
  bytes.set(collector.head!());
  return bytes;
}

const SHOP = recordShop(true);
const COLLAPSED = joinPieces(
  createCollapsed(DEFAULT_COLLAPSED).finish(shopProfile().profile, SUMMARY),
);

async function withShop(work: (cwd: string) => Promise<void>): Promise<void> {
  await inTemporary(async (cwd) => {
    await Deno.writeFile(`${cwd}/shop.bin`, SHOP);
    await Deno.writeFile(`${cwd}/shop.txt`, COLLAPSED);
    await work(cwd);
  });
}

Deno.test("replay shows a recording like the capture that it was", async () => {
  await withShop(async (cwd) => {
    const { status, stdout, stderr } = await runFake(["replay", "shop.bin"], { cwd });
    assert.match(stdout, /process {2}pid 4242, Python 3\.14\.10\n/);
    assert.match(stdout, /^ *600\/600 +60\.0 .*pricing\.py:10\(price_order\)$/m);
    assert.match(stderr, /^tachyon: 1,000 samples in 999 ms at 1 kHz \(asked 1 kHz\)/);
    assert.equal(status, 0);
  });
});

Deno.test("replay writes any number of outputs, named after the pid or the input", async () => {
  await withShop(async (cwd) => {
    const words = ["replay", "--collapsed", "-o", "gecko:a.json", "-o", "speedscope:"];
    const { status, stderr } = await runFake([...words, "shop.bin"], { cwd });
    assert.match(stderr, /gecko written to a\.json/);
    assert.equal(status, 0);
    const unnamed = await runFake(["replay", "--collapsed", "--threads", "shop.txt"], { cwd });
    assert.equal(
      unnamed.stderr,
      "tachyon: 1,000 samples; collapsed written to collapsed_shop.txt\n",
    );
    assert.deepEqual(listFiles(cwd), [
      "a.json",
      "collapsed_4242.txt",
      "collapsed_shop.txt",
      "shop.bin",
      "shop.txt",
      "speedscope_4242.json",
    ]);
    assert.deepEqual(await Deno.readFile(`${cwd}/collapsed_4242.txt`), COLLAPSED);
    assert.match(await Deno.readTextFile(`${cwd}/collapsed_shop.txt`), /^tid:0;shop\.py:/);
  });
});

Deno.test("a recording can be written again, to a pipe as well", async () => {
  await withShop(async (cwd) => {
    const words = ["replay", "-q", "--compression", "none", "-o", "binary:again.bin", "shop.bin"];
    assert.equal((await runFake(words, { cwd })).status, 0);
    assert.deepEqual(listFiles(cwd), ["again.bin", "shop.bin", "shop.txt"]);
    const back = await runFake(["replay", "-q", "-o", "collapsed:-", "again.bin"], { cwd });
    assert.equal(back.stdout, new TextDecoder().decode(COLLAPSED));
  });
});

Deno.test("what others recorded is shown without anything made up", async () => {
  await withShop(async (cwd) => {
    const { stdout, stderr } = await runFake(["replay", "shop.txt"], { cwd });
    assert.match(stdout, /^ {2}lost +not recorded$/m);
    assert.doesNotMatch(stdout, /pid|±|time|rejected|verified/);
    assert.equal(stderr, "tachyon: 1,000 samples\n");
  });
});

Deno.test("a recording that was never finished is read as far as it goes, and it is said", async () => {
  await inTemporary(async (cwd) => {
    await Deno.writeFile(`${cwd}/shop.bin.partial`, recordShop(false));
    const missing = await runFake(["replay", "shop.bin"], { cwd });
    assert.match(missing.stderr, /no file shop\.bin, but shop\.bin\.partial is there/);
    assert.equal(missing.status, 1);
    const { status, stdout, stderr } = await runFake(
      ["replay", "--collapsed", "-o", "-", "shop.bin.partial"],
      { cwd },
    );
    assert.match(stderr, /The recording was never finished/);
    const samples = stdout.trimEnd().split("\n")
      .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
    assert.ok(samples >= 499 && samples < 1000, `${samples}`);
    assert.equal(status, 0);
  });
});

Deno.test("the file that is read is never written, whatever it is called", async () => {
  await withShop(async (cwd) => {
    await Deno.symlink("shop.bin", `${cwd}/soft`);
    await Deno.link(`${cwd}/shop.bin`, `${cwd}/hard`);
    for (
      const output of [
        "shop.bin",
        `${cwd}/shop.bin`,
        "../" + cwd.split("/").at(-1) + "/soft",
        "hard",
      ]
    ) {
      for (const [option, input] of [["collapsed:", "shop.bin"], ["binary:", "soft"]]) {
        const words = ["replay", "-o", `${option}${output}`, input!];
        const { status, stderr } = await runFake(words, { cwd });
        assert.match(stderr, /is the file to be read/);
        assert.equal(status, 2);
      }
    }
    // The name that it would get by itself may be its own, too.
    await Deno.rename(`${cwd}/shop.txt`, `${cwd}/collapsed_shop.txt`);
    await Deno.link(`${cwd}/shop.bin`, `${cwd}/binary_4242.bin`);
    for (const words of [["--collapsed", "collapsed_shop.txt"], ["--binary", "shop.bin"]]) {
      assert.match((await runFake(["replay", ...words], { cwd })).stderr, /is the file to be read/);
    }
    await Deno.rename(`${cwd}/collapsed_shop.txt`, `${cwd}/shop.txt`);
    await Deno.remove(`${cwd}/binary_4242.bin`);
    assert.deepEqual(await Deno.readFile(`${cwd}/shop.bin`), SHOP);
    assert.deepEqual(listFiles(cwd), ["hard", "shop.bin", "shop.txt", "soft"]);
  });
});

const REFUSED: readonly [what: string, words: string[], message: RegExp][] = [
  ["a missing file", ["no.bin"], /There is no file no\.bin\./],
  ["a directory", ["."], /\. is no regular file/],
  ["an empty file", ["empty"], /empty is empty\./],
  ["no profile", ["letter"], /letter is no profile we know\.\n.*recordings \(--binary\)/],
  ["a damaged recording", ["broken"], /broken: The recording is damaged/],
  ["counts for a format of times", ["--gecko", "shop.txt"], /not when, which gecko shows/],
  ["functions for a format of stacks", ["--collapsed", "calls"], /no stacks, which collapsed/],
  ["functions for a recording", ["--binary", "calls"], /no stacks, which binary/],
];

for (const [what, words, message] of REFUSED) {
  Deno.test(`replay refuses ${what}`, async () => {
    await withShop(async (cwd) => {
      await Deno.writeTextFile(`${cwd}/empty`, "");
      await Deno.writeTextFile(`${cwd}/letter`, "Dear reader,\nthere are no stacks in this.\n");
      await Deno.writeFile(`${cwd}/broken`, SHOP.slice(0, 100));
      await Deno.writeFile(`${cwd}/calls`, new TextEncoder().encode("{0"));
      const before = listFiles(cwd);
      const { status, stdout, stderr } = await runFake(["replay", ...words], { cwd });
      assert.match(stderr, message);
      assert.equal(stdout, "");
      assert.equal(status, 1);
      assert.deepEqual(listFiles(cwd), before);
    });
  });
}

Deno.test("a bar fills with the work", () => {
  assert.equal(drawBar("reading", 0), `reading ${"░".repeat(30)} 0%`);
  assert.equal(drawBar("reading", 0.5), `reading ${"█".repeat(15)}${"░".repeat(15)} 50%`);
  assert.equal(drawBar("reading", 7), `reading ${"█".repeat(30)} 100%`);
  assert.equal(drawBar("writing a.json", undefined), "writing a.json …");
});
