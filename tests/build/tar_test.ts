import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { type ArchivedFile, readArchive } from "../../scripts/building/archive.ts";
import { listSums } from "../../scripts/building/sums.ts";
import { writeArchive } from "../../scripts/building/tar.ts";
import { execute, inTemporary } from "../cli/command.ts";

const FILES: readonly ArchivedFile[] = [
  { path: "tachyon-x/tachyon", executable: true, bytes: new TextEncoder().encode("#!/bin/sh\n") },
  { path: "tachyon-x/empty", executable: false, bytes: new Uint8Array() },
  { path: "tachyon-x/doc/block", executable: false, bytes: new Uint8Array(512).fill(65) },
  { path: "tachyon-x/doc/more", executable: false, bytes: new Uint8Array(513).fill(66) },
];

Deno.test("an archive that is written is read again with all its files", () => {
  const read = [...readArchive(gzipSync(writeArchive(FILES)))];
  assert.deepEqual(read.map((file) => ({ ...file, bytes: [...file.bytes] })), [
    ...FILES.map((file) => ({ ...file, bytes: [...file.bytes] })),
  ]);
});

Deno.test("tar unpacks an archive, and sha256sum finds its files as listed", async () => {
  await inTemporary(async (cwd) => {
    await Deno.writeFile(`${cwd}/a.tar`, writeArchive(FILES));
    const unpacked = await execute("tar", ["-xf", "a.tar"], { cwd });
    assert.equal(unpacked.stderr, "");
    assert.equal(unpacked.status, 0);
    assert.equal(Deno.statSync(`${cwd}/tachyon-x/tachyon`).mode! & 0o777, 0o755);
    assert.equal(Deno.statSync(`${cwd}/tachyon-x/doc/more`).mode! & 0o777, 0o644);
    const sums = listSums(cwd, FILES.map(({ path }) => path));
    await Deno.writeTextFile(`${cwd}/SHA256SUMS`, sums);
    assert.equal((await execute("sha256sum", ["--check", "SHA256SUMS"], { cwd })).status, 0);
    await Deno.writeTextFile(`${cwd}/tachyon-x/empty`, "no more");
    assert.equal((await execute("sha256sum", ["--check", "SHA256SUMS"], { cwd })).status, 1);
  });
});

Deno.test("an archive is the same each time", () => {
  assert.deepEqual(writeArchive(FILES), writeArchive(FILES));
});
