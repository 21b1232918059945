import assert from "node:assert/strict";
import {
  compile,
  type Compiler,
  localCompilers,
  nameOf,
  type Outcome,
} from "../../scripts/building/compilers.ts";
import { BuildFault } from "../../scripts/building/fault.ts";
import { compileWithFirst } from "../../scripts/building/helper_library.ts";

const COMPILED: Outcome = { kind: "compiled", warnings: "" };
const noLastResort = () => Promise.reject(new BuildFault("npm is not on the PATH."));

/** Runs a body in a folder that serves as the whole PATH, with fake compilers in it. */
async function withFakes(
  scripts: Record<string, string>,
  body: (folder: string, fakes: Compiler[]) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    for (const [name, script] of Object.entries(scripts)) {
      Deno.writeTextFileSync(`${folder}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    const env = { PATH: folder };
    await body(folder, localCompilers(undefined).map((compiler) => ({ ...compiler, env })));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("compilers are tried as $CC, cc, gcc, clang", () => {
  assert.deepEqual(localCompilers("ccache  gcc-13").map(nameOf), [
    "ccache gcc-13",
    "cc",
    "gcc",
    "clang",
  ]);
  for (const unset of [undefined, "", " "]) {
    assert.deepEqual(localCompilers(unset).map(nameOf), ["cc", "gcc", "clang"]);
  }
});

Deno.test("the next compiler is taken when the first is not there", async () => {
  await withFakes({ gcc: "exit 0" }, async (folder, fakes) => {
    const attempt = (candidate: Compiler) => compile(candidate, [], "a.c", `${folder}/a.so`);
    const taken = await compileWithFirst(fakes, noLastResort, attempt, () => {});
    assert.equal(nameOf(taken), "gcc");
  });
});

Deno.test("a compiler without headers is passed over, and the one from npm is taken", async () => {
  const headless = "echo 'a.c:1:10: fatal error: errno.h: No such file or directory' >&2; exit 1";
  await withFakes({ cc: headless }, async (folder, fakes) => {
    const zig: Compiler = { program: "zig", args: ["cc"], env: {} };
    const attempt = (candidate: Compiler) =>
      candidate === zig
        ? Promise.resolve(COMPILED)
        : compile(candidate, [], "a.c", `${folder}/a.so`);
    const taken = await compileWithFirst(fakes, () => Promise.resolve(zig), attempt, () => {});
    assert.equal(taken, zig);
  });
});

Deno.test("a fault in the source is told with the compiler's words, and ends the search", async () => {
  // This one compiles the probe and nothing else.
  const picky = 'case "$*" in *probe.c*) exit 0;; esac; echo "a.c:3: no such thing" >&2; exit 1';
  await withFakes({ cc: picky, gcc: "exit 0" }, async (folder, fakes) => {
    const attempt = (candidate: Compiler) => compile(candidate, [], "a.c", `${folder}/a.so`);
    await assert.rejects(
      compileWithFirst(fakes, noLastResort, attempt, () => {}),
      /cc rejects the C helper:\na\.c:3: no such thing/,
    );
  });
});

Deno.test("without any compiler the message names packages and what was tried", async () => {
  await withFakes({}, async (folder, fakes) => {
    const attempt = (candidate: Compiler) => compile(candidate, [], "a.c", `${folder}/a.so`);
    await assert.rejects(compileWithFirst(fakes, noLastResort, attempt, () => {}), (fault) => {
      assert(fault instanceof BuildFault);
      for (
        const part of [
          "apt-get install gcc libc6-dev",
          "dnf install gcc",
          "cc: not found",
          "clang: not found",
          "zig from npm: npm is not on the PATH.",
        ]
      ) assert(fault.message.includes(part), part);
      return true;
    });
  });
});

Deno.test("warnings of a compiler that succeeds are passed on", async () => {
  await withFakes({ cc: "echo 'a.c:9: warning: unused' >&2" }, async (folder, fakes) => {
    const said: string[] = [];
    const attempt = (candidate: Compiler) => compile(candidate, [], "a.c", `${folder}/a.so`);
    await compileWithFirst(fakes, noLastResort, attempt, (line) => said.push(line));
    assert.deepEqual(said, ["a.c:9: warning: unused"]);
  });
});
