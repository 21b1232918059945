import assert from "node:assert/strict";
import { startProgram } from "../e2e/running_program.ts";
import { BUILT, ORDERS, PYTHONS } from "../e2e/subjects.ts";
import { untilSampled } from "../e2e/patience.ts";
import { inBareRoot, inOwnMounts, listAll } from "./places.ts";

const PYTHON = PYTHONS.at(-1)!;

/** Nothing but /proc is there, and no variable is set. */
const ENTER =
  'mount -t proc proc "$1/proc"; root=$1; shift; exec env -i "$(command -v chroot)" "$root" "$@"';

if (BUILT !== undefined) {
  const { program } = BUILT;
  Deno.test("the executable alone, with glibc and nothing else, attaches, writes a report and leaves no other file", async () => {
    await using target = await startProgram(PYTHON.path, [ORDERS, "60"]);
    await inBareRoot(program, async (root, before) => {
      const { status, stderr } = await untilSampled((factor) => {
        const attach = ["attach", "-a", "-d", `${factor}`, "--flamegraph", "-o", "/report.html"];
        return inOwnMounts(ENTER, [root, "/tachyon", ...attach, `${target.pid}`]);
      });
      assert.equal(status, 0, stderr);
      assert.match(stderr, /flamegraph written to \/report\.html/);
      const page = await Deno.readTextFile(`${root}/report.html`);
      assert.match(page, /^<!doctype html>[^]*<\/html>\s*$/i);
      await Deno.remove(`${root}/report.html`);
      assert.deepEqual(listAll(root), before);
      assert.ok(target.runs());
    });
  });
}
