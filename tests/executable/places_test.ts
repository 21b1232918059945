import assert from "node:assert/strict";
import { execute, inTemporary, listFiles } from "../cli/command.ts";
import { untilSampled } from "../e2e/patience.ts";
import { startProgram } from "../e2e/running_program.ts";
import { BUILT, ORDERS, PYTHONS } from "../e2e/subjects.ts";
import { report } from "../ffi/targets.ts";
import { haveTools } from "../tools.ts";
import { inOwnMounts } from "./places.ts";

const PYTHON = PYTHONS.at(-1)!;

/** Nothing can be written, also not in the folder for temporary files, which is `$1`. */
const READ_ONLY = `
  mount -o bind "$1" "$1"; mount -o remount,bind,ro "$1"; mount -o remount,bind,ro /
  if touch "$1/file" /file 2>/dev/null; then echo "something can be written" >&2; exit 9; fi
  export TMPDIR="$1"; shift; cd /; exec "$@"`;

/** What is in the folder for temporary files cannot be executed or mapped as code. */
const NO_EXEC = `
  mount -t tmpfs -o noexec,nosuid,nodev none "$1"; cp /bin/true "$1"
  if "$1/true" 2>/dev/null; then echo "something can be executed" >&2; exit 9; fi
  export TMPDIR="$1"; shift; exec "$@"`;

const NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];

if (BUILT !== undefined) {
  const { program } = BUILT;
  const places: readonly [place: string, script: string][] = [
    ["a machine where nothing can be written", READ_ONLY],
    ["a machine whose folder for temporary files cannot be executed from", NO_EXEC],
  ];
  for (const [place, script] of places) {
    Deno.test(`the executable samples on ${place}`, async () => {
      await using target = await startProgram(PYTHON.path, [ORDERS, "60"]);
      await inTemporary(async (temporary) => {
        const { status, stdout, stderr } = await untilSampled((factor) => {
          const attach = ["attach", "-q", "-d", `${factor}`, "--collapsed", "-o", "-"];
          const words = [temporary, program, ...attach, `${target.pid}`];
          return inOwnMounts(script, words, { HOME: "" });
        });
        assert.equal(status, 0, stderr);
        assert.match(stdout, /find_coupons/);
        assert.deepEqual(listFiles(temporary), []);
      });
    });
  }

  if (Deno.uid() !== 0) report("only root can try the executable as another user");
  else {
    Deno.test("the executable dumps a process of another user than root, as that user and without a home", async () => {
      await inTemporary(async (cwd) => {
        // Both have to be where that user can come to.
        await Deno.chmod(cwd, 0o755);
        await Deno.copyFile(program, `${cwd}/tachyon`);
        await Deno.copyFile(ORDERS, `${cwd}/orders.py`);
        const python = await findOpenPython();
        await using target = await startProgram(NOBODY[0]!, [
          ...NOBODY.slice(1),
          python,
          `${cwd}/orders.py`,
          "60",
        ]);
        const env = { HOME: "/nonexistent" };
        const words = [...NOBODY.slice(1), `${cwd}/tachyon`, "dump", `${target.pid}`];
        const { status, stdout, stderr } = await execute(NOBODY[0]!, words, { env });
        assert.equal(status, 0, stderr);
        assert.match(stdout, /^Process \d+, Python 3\.\d+/);
        assert.deepEqual(listFiles(cwd), ["orders.py", "tachyon"]);
      });
    });
  }

  if (await haveTools("strace")) {
    Deno.test("a dump makes no file, anywhere, not even for a moment", async () => {
      await using target = await startProgram(PYTHON.path, [ORDERS, "60"]);
      await inTemporary(async (cwd) => {
        const calls = "openat,open,creat,mkdir,mkdirat,symlink,symlinkat,link,linkat,mknod,mknodat";
        const trace = ["-f", "-qq", "-e", `trace=${calls}`, "-o", `${cwd}/calls`];
        const dump = [program, "dump", `${target.pid}`];
        const { status, stderr } = await execute("strace", [...trace, ...dump]);
        assert.equal(status, 0, stderr);
        const lines = (await Deno.readTextFile(`${cwd}/calls`)).split("\n");
        assert.ok(lines.some((line) => line.includes(`/proc/${target.pid}/`)), "it was traced");
        const makes = lines.filter((line) =>
          /O_CREAT|O_TMPFILE|O_WRONLY|\b(creat|mkdir|symlink|link|mknod)(at)?\(/.test(line)
        );
        assert.deepEqual(makes, []);
      });
    });
  }
}

/** A Python that every user may start. */
async function findOpenPython(): Promise<string> {
  for (const path of ["/usr/bin/python3", ...PYTHONS.map((python) => python.path)]) {
    const { success } = await new Deno.Command(NOBODY[0]!, {
      args: [...NOBODY.slice(1), path, "-c", ""],
      stderr: "null",
    }).output().catch(() => ({ success: false }));
    if (success) return path;
  }
  throw new Error("no Python here may be started by another user than root");
}
