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
  assert.deepEqual(new KeyReader().read(encode("\x1b[<0;10;20ma\x1b[200~b\x1b[1;5C")), ["a", "b"]);
});

Deno.test("clicks and the wheel are told with their places, releases are not", () => {
  const text = "\x1b[<0;10;20M\x1b[<0;10;20m\x1b[<64;1;1M\x1b[<65;1;1M\x1b[<2;3;4M";
  const keys = ["click:9:19", "wheel-up", "wheel-down"];
  assert.deepEqual(new KeyReader().read(encode(text)), keys);
});

Deno.test("a terminal's answer about its ground is no key, however slowly it comes", () => {
  const answers = [
    ["\x1b]11;rgb:ffff/ffff/eeee\x1b\\", "ground-light"],
    ["\x1b]11;rgb:1d/1f/21\x07", "ground-dark"],
    ["\x1b]11;rgba:0000/0000/0000/ffff\x07", "ground-dark"],
  ] as const;
  for (const [answer, key] of answers) {
    for (let cut = 0; cut < answer.length; cut++) {
      const reader = new KeyReader();
      const keys = reader.read(encode(answer.slice(0, cut)));
      // A pause in it long enough for an escape alone: only one within its first bytes can be mistaken.
      if (cut > 5) keys.push(...reader.flush());
      keys.push(...reader.read(encode(`${answer.slice(cut)}q`)));
      assert.deepEqual(keys, [key, "q"], `cut at ${cut}`);
    }
  }
});
