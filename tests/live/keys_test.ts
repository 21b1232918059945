import assert from "node:assert/strict";
import { KeyReader } from "../../src/live/keys.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("keys are told by what terminals send for them, however it is cut", () => {
  const text = "q\x1b[A\x1bOB\x1b[5~\t\x1b[Z\r\x7fé漢\x03\x1b[1~/";
  const keys = ["q", "up", "down", "pageup", "tab", "backtab", "enter", "backspace"]
    .concat("é", "漢", "ctrl-c", "home", "/");
  assert.deepEqual(new KeyReader().read(encode(text)), keys);
  for (let size = 1; size < 6; size++) {
    const reader = new KeyReader();
    const bytes = encode(text);
    const seen: string[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      seen.push(...reader.read(bytes.subarray(at, at + size)));
    }
    assert.deepEqual(seen, keys, `in pieces of ${size}`);
  }
});

Deno.test("an escape alone is a key once nothing follows it", () => {
  const reader = new KeyReader();
  assert.deepEqual(reader.read(encode("\x1b")), []);
  assert.equal(reader.waits, true);
  assert.deepEqual(reader.flush(), ["escape"]);
  assert.deepEqual(reader.flush(), []);
});

Deno.test("sequences that no key of ours sends are passed over", () => {
  assert.deepEqual(new KeyReader().read(encode("\x1b[<0;10;20Ma\x1b[200~b\x1b[1;5C")), ["a", "b"]);
});
