import assert from "node:assert/strict";

Deno.test("the helper loads twice and in Workers when nothing can be written and HOME is unset", async () => {
  const cache = await Deno.makeTempDir();
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${import.meta.dirname}/library_script.ts`],
    clearEnv: true,
    env: { DENO_DIR: cache, TMPDIR: "/proc" },
  }).output();
  await Deno.remove(cache, { recursive: true });
  const errors = new TextDecoder().decode(output.stderr);
  assert.equal(output.code, 0, errors);
  const answer: unknown = JSON.parse(new TextDecoder().decode(output.stdout));
  assert.deepEqual(answer, { ours: 3, theirs: [3, 3] });
});
