import assert from "node:assert/strict";
import { execute } from "../cli/command.ts";

const SCRIPT = new URL("failing_script.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

Deno.test("a capture ends when its sampling thread fails, and tells why", async () => {
  const words = ["run", "-q", "-A", "--config", CONFIG, SCRIPT];
  const { status, stdout, stderr } = await execute(Deno.execPath(), words);
  assert.equal(status, 0, stderr);
  const end = JSON.parse(stdout);
  assert.equal(end.ending, "sampler-failed");
  assert.match(end.failure, /it fell/);
  assert.ok(end.durationUs >= 0);
});
