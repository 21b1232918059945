import assert from "node:assert/strict";
import { listOutputs } from "../../src/cli/output_options.ts";
import { inTemporary, listFiles, runFake } from "./command.ts";

const PID = String(Deno.pid);

Deno.test("listOutputs joins formats and places", () => {
  const list = (flags: Parameters<typeof listOutputs>[0], ...places: string[]) =>
    listOutputs(flags, places, (path) => path === "dir");
  assert.deepEqual(list([]), [{ format: "pstats" }]);
  assert.deepEqual(list([], "x"), [{ format: "pstats", path: "x" }]);
  assert.deepEqual(list(["collapsed"], "a:b"), [{ format: "collapsed", path: "a:b" }]);
  assert.deepEqual(list([], "./pstats:x"), [{ format: "pstats", path: "./pstats:x" }]);
  assert.deepEqual(list([], "collapsed:"), [{ format: "collapsed" }]);
  assert.deepEqual(list([], "collapsed:a:b", "pstats:-"), [
    { format: "collapsed", path: "a:b" },
    { format: "pstats", path: "-" },
  ]);
  assert.deepEqual(list(["pstats"], "x", "collapsed:y"), [
    { format: "pstats", path: "x" },
    { format: "collapsed", path: "y" },
  ]);
  assert.deepEqual(list(["pstats", "collapsed"], "dir"), [
    { format: "pstats", path: "dir" },
    { format: "collapsed", path: "dir" },
  ]);
  assert.deepEqual(list(["pstats", "collapsed"]), [{ format: "pstats" }, { format: "collapsed" }]);
  for (const wrong of [list(["pstats", "collapsed"], "x"), list([], "x", "y")]) {
    assert.equal(typeof wrong, "string");
  }
});

Deno.test("one capture gives several outputs, each where it was asked for", async () => {
  await inTemporary(async (cwd) => {
    const words = ["attach", "-d", "0.05", "--pstats", "-o", "collapsed:stacks.txt"];
    const { status, stdout, stderr } = await runFake(
      [...words, "-o", "collapsed:", "--granularity", "function", PID],
      { cwd },
    );
    assert.match(stdout, /^Profile Stats:/);
    assert.match(stderr, /^tachyon: collapsed written to stacks\.txt$/m);
    assert.match(stderr, new RegExp(`^tachyon: collapsed written to collapsed_${PID}\\.txt$`, "m"));
    assert.equal(status, 0);
    assert.deepEqual(listFiles(cwd), [`collapsed_${PID}.txt`, "stacks.txt"]);
    const stacks = await Deno.readTextFile(`${cwd}/stacks.txt`);
    assert.match(stacks, /^shop\.py:<module>;shop\.py:Shop\.serve;pricing\.py:price_order 600\n/);
    assert.equal(await Deno.readTextFile(`${cwd}/collapsed_${PID}.txt`), stacks);
  });
});

Deno.test("an output that cannot be written in the end leaves the others alone", async () => {
  await inTemporary(async (cwd) => {
    await Deno.mkdir(`${cwd}/gone`);
    const words = ["attach", "-d", "2.5", "-o", "collapsed:gone/a.txt", "-o", "collapsed:b.txt"];
    const { status, stderr } = await runFake([...words, "-o", "pstats:/dev/full", PID], {
      cwd,
      during: () => Deno.remove(`${cwd}/gone`, { recursive: true }),
    });
    assert.match(stderr, /Cannot write to gone\/a\.txt: its directory does not exist/);
    assert.match(stderr, /Cannot write to \/dev\/full: there is no space left/);
    assert.match(stderr, /collapsed written to b\.txt/);
    assert.equal(status, 1);
    assert.deepEqual(listFiles(cwd), ["b.txt"]);
  });
});
