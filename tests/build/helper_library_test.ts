import assert from "node:assert/strict";
import { buildHelper } from "../../scripts/building/helper_library.ts";

/** Runs a body with a folder that holds `source` as `answer.c`, and a way to build it. */
async function withSource(
  source: string,
  body: (folder: string, build: (strict?: boolean) => Promise<boolean>) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${folder}/answer.c`, source);
    await body(folder, async (strict = false) => {
      const request = { source: `${folder}/answer.c`, folder, strict, say: () => {} };
      return (await buildHelper(request)).compiler !== undefined;
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function giving(value: number): string {
  return `__attribute__((visibility("default"))) int answer(void) { return ${value}; }\n`;
}

function answerOf(folder: string): number {
  const library = Deno.dlopen(`${folder}/helper.so`, {
    answer: { parameters: [], result: "i32" },
  });
  const value = library.symbols.answer();
  library.close();
  return value;
}

Deno.test("the helper is built once, and again when its source has changed", async () => {
  await withSource(giving(41), async (folder, build) => {
    assert.equal(await build(), true);
    assert.equal(await build(), false);
    assert.equal(answerOf(folder), 41);
    Deno.writeTextFileSync(`${folder}/answer.c`, giving(42));
    assert.equal(await build(), true);
    assert.equal(answerOf(folder), 42);
  });
});

Deno.test("the helper is built again when the library is not the one that was built", async () => {
  await withSource(giving(1), async (folder, build) => {
    await build();
    Deno.writeTextFileSync(`${folder}/helper.so`, "something else");
    assert.equal(await build(), true);
    Deno.removeSync(`${folder}/helper.so`);
    assert.equal(await build(), true);
    assert.equal(answerOf(folder), 1);
  });
});

Deno.test("runs side by side leave one whole library and no remains", async () => {
  await withSource(giving(7), async (folder, build) => {
    await Promise.all([build(), build(), build()]);
    assert.equal(answerOf(folder), 7);
    assert.equal(await build(), false);
    assert.deepEqual(
      [...Deno.readDirSync(folder)].map((entry) => entry.name).sort(),
      ["answer.c", "helper.so", "helper.so.stamp"],
    );
  });
});

Deno.test("a strict build takes a warning for an error and leaves the old library", async () => {
  await withSource(giving(3), async (folder, build) => {
    await build();
    Deno.writeTextFileSync(`${folder}/answer.c`, `static int idle;\n${giving(4)}`);
    await assert.rejects(build(true), /idle/);
    assert.equal(answerOf(folder), 3);
    assert.equal(await build(), true);
    assert.equal(answerOf(folder), 4);
  });
});

Deno.test("a target that cannot be built yet is refused with those that can", async () => {
  await assert.rejects(
    buildHelper({ target: "plan9-x64", say: () => {} }),
    /plan9-x64 yet; it can for: linux-x64, linux-arm64/,
  );
});
