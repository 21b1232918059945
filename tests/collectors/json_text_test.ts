import assert from "node:assert/strict";
import { encodeString, JsonColumn, JsonText, writeElements } from "../../collectors/json_text.ts";
import { readPieces } from "./profiles.ts";
import { MEMORY } from "./time_lines.ts";

function write(fill: (text: JsonText) => void): string {
  const text = new JsonText(1);
  fill(text);
  return new TextDecoder().decode(text.take());
}

Deno.test("integers are written as JSON has them, at every number of digits", () => {
  const numbers = [0, -1, -1_234_567_890_123, Number.MAX_SAFE_INTEGER];
  for (let power = 1; power < 1e16; power *= 10) numbers.push(power - 1, power, power + 1);
  for (const number of numbers) {
    assert.equal(write((text) => text.integer(number)), String(number));
  }
});

Deno.test("times are written in milliseconds to the microsecond, without zeros at the end", () => {
  const written = [0, 1, 10, 100, 999, 1000, 1001, 1010, 86_400_000_123, 1499.6, 999.7];
  for (const us of written) {
    assert.equal(write((text) => text.milliseconds(us)), String(Math.round(us) / 1000));
  }
});

Deno.test("strings are ASCII escapes where UTF-8 has no place for them, and come back unchanged", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (const text of ["\ud800", "x\udcffy", "価格", "\u{1f40d}", `"\\\n\x00\x1b]0;`, "</script>"]) {
    assert.equal(JSON.parse(decoder.decode(encodeString(text))), text);
  }
});

Deno.test("a column keeps its elements in order, however many go to its spool", () => {
  const column = new JsonColumn(MEMORY.createSpool());
  const numbers = Array.from({ length: 2000 }, (_, index) => index * 7);
  for (const number of numbers) column.next().integer(number);
  assert.equal(column.length, 2000);
  assert.deepEqual(JSON.parse(`[${readPieces(column.read())}]`), numbers);
  assert.equal(readPieces(new JsonColumn(MEMORY.createSpool()).read()), "");
});

Deno.test("elements come in pieces of bounded size", () => {
  const pieces = Array.from(
    writeElements(50_000, (text, index) => text.integer(index)),
    (piece) => piece.slice(),
  );
  assert.ok(pieces.length > 1);
  assert.ok(pieces.every(({ length }) => length < 80_000));
  assert.equal(JSON.parse(`[${readPieces(pieces)}]`).length, 50_000);
});
