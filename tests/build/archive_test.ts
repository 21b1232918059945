import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { type ArchivedFile, readArchive } from "../../scripts/building/archive.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface Member {
  readonly path: string;
  readonly text: string;
  readonly mode?: number;
  readonly type?: string;
  readonly prefix?: string;
}

/** A member of a tar archive: its header block, then its bytes in whole blocks. */
function member({ path, text, mode = 0o644, type = "0", prefix = "" }: Member): Uint8Array {
  const bytes = encoder.encode(text);
  const blocks = new Uint8Array(512 + Math.ceil(bytes.length / 512) * 512);
  const put = (value: string, at: number) => blocks.set(encoder.encode(value), at);
  put(path, 0);
  put(mode.toString(8).padStart(7, "0"), 100);
  put(bytes.length.toString(8).padStart(11, "0"), 124);
  put(type, 156);
  put("ustar", 257);
  put(prefix, 345);
  blocks.set(bytes, 512);
  return blocks;
}

function tar(...parts: Uint8Array[]): Uint8Array {
  return gzipSync(Uint8Array.from([...parts, new Uint8Array(1024)].flatMap((part) => [...part])));
}

function texts(files: Iterable<ArchivedFile>): Record<string, string> {
  return Object.fromEntries([...files].map((file) => [file.path, decoder.decode(file.bytes)]));
}

Deno.test("an archive yields its files with contents and executable bits", () => {
  const files = [...readArchive(tar(
    member({ path: "package/bin/run", text: "x".repeat(513), mode: 0o755 }),
    member({ path: "package/empty", text: "" }),
    member({ path: "package/readme", text: "hello" }),
  ))];
  assert.deepEqual(files.map((file) => [file.path, file.bytes.length, file.executable]), [
    ["package/bin/run", 513, true],
    ["package/empty", 0, false],
    ["package/readme", 5, false],
  ]);
});

Deno.test("a long path is whole when it is split into a prefix or stands in its own record", () => {
  const long = `package/${"deep/".repeat(40)}file`;
  const record = `path=${long}\n`;
  const line = `${record.length + 4} ${record}`;
  assert.deepEqual(
    texts(readArchive(tar(
      member({ path: "file.h", text: "one", prefix: "package/include" }),
      member({ path: "PaxHeader/file", text: line, type: "x" }),
      member({ path: "package/shortened", text: "two" }),
      member({ path: "package/next", text: "three" }),
    ))),
    { "package/include/file.h": "one", [long]: "two", "package/next": "three" },
  );
});

Deno.test("an archive is refused when a path leads out of its folder", () => {
  for (const path of ["/etc/passwd", "package/../../escape", ".."]) {
    assert.throws(() => [...readArchive(tar(member({ path, text: "x" })))], /other than a plain/);
  }
});

Deno.test("an archive is refused when it holds a link", () => {
  assert.throws(
    () => [...readArchive(tar(member({ path: "package/link", text: "", type: "2" })))],
    /other than a plain file: package\/link/,
  );
});

Deno.test("an archive is refused when it ends in the middle", () => {
  const whole = member({ path: "package/file", text: "x".repeat(2000) });
  for (const length of [whole.length - 512, whole.length]) {
    assert.throws(() => [...readArchive(gzipSync(whole.subarray(0, length)))], /cut off/);
  }
});
