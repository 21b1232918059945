import assert from "node:assert/strict";
import { writeValue } from "../../src/cli/dump/value_text.ts";
import { takeDump } from "../../src/sampler/dumper.ts";
import { interpreters } from "../cpython/interpreters.ts";
import { Target } from "../ffi/targets.ts";

const SCRIPT = new URL("values_target.py", import.meta.url).pathname;

const NONE = { native: false, gc: false, opcodes: false };

for (const python of interpreters) {
  Deno.test(`variables are shown with their values on ${python.version}`, async () => {
    await using target = new Target(python.path, ["-X", "utf8", SCRIPT]);
    const { expected } = JSON.parse(await target.line()) as { expected: Record<string, string> };
    const request = { pid: target.pid, allThreads: false, features: NONE };
    for (const blocking of [false, true]) {
      const dump = takeDump({ ...request, blocking, locals: { secrets: false } });
      assert.ok(!("fault" in dump), JSON.stringify(dump));
      const [leaf, caller, module] = dump.threads[0]!.frames;
      const shown = leaf!.locals!.map(({ name, value }) => [name, writeValue(value)] as const);
      assert.deepEqual(Object.fromEntries(shown), expected);
      const kinds = leaf!.locals!.map(({ name, kind }) => `${kind} ${name}`);
      assert.deepEqual(
        kinds.filter((kind) => !kind.startsWith("local")).sort(),
        [
          ...["first", "second", "others", "flag", "password", "more"].map((n) => `argument ${n}`),
          "free inner",
        ].sort(),
      );
      assert.ok(caller!.locals!.some(({ name, kind }) => name === "outer" && kind === "argument"));
      assert.deepEqual(module!.locals, []);
    }
    const open = takeDump({ ...request, blocking: false, locals: { secrets: true } });
    assert.ok(!("fault" in open));
    const all = new Map(
      open.threads[0]!.frames[0]!.locals!.map(({ name, value }) => [name, value]),
    );
    assert.equal(writeValue(all.get("password")!), "'hunter2'");
    assert.equal(writeValue(all.get("settings")!), "{'token': 't', 'harmless': 1}");
  });
}
