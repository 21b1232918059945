import assert from "node:assert/strict";
import { zstdDecompressSync } from "node:zlib";
import { Damage } from "../../src/recording/damage.ts";
import { readRegion } from "../../src/recording/region.ts";
import { compress, decompress, EMPTY_FRAME, store } from "../../src/recording/zstd.ts";
import { joinPieces } from "../collectors/profiles.ts";
import { Random } from "./random_capture.ts";
import { sourceOfBytes } from "./recordings.ts";

function bytesOf(seed: number, length: number): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from({ length }, (_, i) => i % 1000 < 900 ? 7 : random.below(256));
}

/** All that a stretch of frames decompresses to. */
function readFrames(bytes: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const part of readRegion(sourceOfBytes(bytes), 0, bytes.length, true, () => {})) {
    if (part.kind === "records") pieces.push(part.bytes.slice());
  }
  return joinPieces(pieces);
}

Deno.test("frames are read one after the other, block by block", () => {
  const contents = [0, 1, 5000, 1_000_000].map((length, seed) => bytesOf(seed, length));
  const skipped = Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
  const frames = contents.flatMap((content) => [compress(content), skipped, store(content)]);
  const read = readFrames(joinPieces([EMPTY_FRAME, ...frames]));
  const expected = joinPieces(contents.flatMap((content) => [content, content]));
  assert.equal(read.length, expected.length);
  assert.ok(read.every((byte, i) => byte === expected[i]));
});

Deno.test("stored bytes are frames as others read them", () => {
  for (const length of [0, 1, 128 * 1024, 128 * 1024 + 1]) {
    const content = bytesOf(length, length);
    assert.ok(zstdDecompressSync(store(content)).equals(content));
  }
});

Deno.test("a changed byte of a compressed frame is noticed wherever it is", () => {
  const frame = compress(bytesOf(1, 3000));
  let same = 0;
  for (let at = 0; at < frame.length; at++) {
    const changed = frame.slice();
    changed[at]! ^= 1 << at % 8;
    try {
      // The window's size does not change what comes out.
      if (readFrames(changed).length === 3000) same++;
    } catch (error) {
      assert.ok(error instanceof Damage);
    }
  }
  assert.ok(same <= 2, `${same} changes went unnoticed`);
});

Deno.test("frames that are cut off are noticed wherever they are", () => {
  const frame = compress(bytesOf(1, 3000));
  for (let length = 1; length < frame.length; length++) {
    assert.throws(() => readFrames(frame.subarray(0, length)), Damage);
  }
});

Deno.test("more than the limit is not decompressed at once", () => {
  const frame = compress(new Uint8Array(50_000_000));
  assert.ok(frame.length < 10_000);
  assert.throws(() => decompress(frame, 1_000_000), Damage);
  let longest = 0;
  for (const part of readRegion(sourceOfBytes(frame), 0, frame.length, true, () => {})) {
    if (part.kind === "records") longest = Math.max(longest, part.bytes.length);
  }
  assert.equal(longest, 128 * 1024);
});
