import assert from "node:assert/strict";
import { createSpoolStore } from "../../src/cli/spool.ts";
import { joinPieces } from "../collectors/profiles.ts";
import { inTemporary, listFiles } from "./command.ts";

/** Runs a test with a directory for temporary files of its own. */
async function withTemporaries(work: (directory: string) => void): Promise<void> {
  await inTemporary((directory) => {
    const before = Deno.env.get("TMPDIR");
    Deno.env.set("TMPDIR", directory);
    try {
      work(directory);
    } finally {
      if (before === undefined) Deno.env.delete("TMPDIR");
      else Deno.env.set("TMPDIR", before);
    }
    return Promise.resolve();
  });
}

/** Bytes that tell their place in a spool. */
function count(from: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (from + i) * 7 % 251);
}

Deno.test("a spool gives back what it was given, from memory and from its file, again and again", async () => {
  await withTemporaries((directory) => {
    const store = createSpoolStore("/nowhere");
    const spools = Array.from({ length: 40 }, () => store.createSpool());
    const wanted = spools.map(() => 0);
    for (let round = 0; round < 70; round++) {
      for (const [index, spool] of spools.entries()) {
        const length = (round * 37 + index * 101) % 9000;
        const piece = count(wanted[index]!, length);
        spool.append(piece);
        // What is handed over may be used again by its owner.
        piece.fill(0);
        wanted[index]! += length;
      }
    }
    for (const time of [1, 2]) {
      for (const [index, spool] of spools.entries()) {
        assert.equal(spool.length, wanted[index], `${time}`);
        assert.deepEqual(joinPieces(spool.read()), count(0, wanted[index]!));
      }
    }
    assert.ok(wanted.reduce((a, b) => a + b) > 8 * 1024 * 1024);
    assert.deepEqual(listFiles(directory), [], "the file has lost its name");
    store.close();
  });
});

Deno.test("a piece larger than all that is held comes back whole", async () => {
  await withTemporaries(() => {
    const store = createSpoolStore("/nowhere");
    const spool = store.createSpool();
    spool.append(count(0, 10));
    spool.append(count(10, 9_000_000));
    spool.append(count(9_000_010, 10));
    assert.deepEqual(joinPieces(spool.read()), count(0, 9_000_020));
    assert.ok([...spool.read()].every((piece) => piece.length <= 64 * 1024));
    store.close();
  });
});

Deno.test("few bytes never touch the disk; many fall back to the output's directory, or say why not", async () => {
  await withTemporaries((directory) => {
    Deno.env.set("TMPDIR", "/nowhere/at/all");
    const small = createSpoolStore("/nowhere").createSpool();
    small.append(count(0, 1000));
    assert.deepEqual(joinPieces(small.read()), count(0, 1000));

    const store = createSpoolStore(directory);
    const large = store.createSpool();
    large.append(count(0, 5_000_000));
    assert.deepEqual(joinPieces(large.read()), count(0, 5_000_000));
    assert.deepEqual(listFiles(directory), []);
    store.close();

    const homeless = createSpoolStore("/nowhere").createSpool();
    assert.throws(() => homeless.append(count(0, 5_000_000)), /cannot write to \/nowhere\//);
  });
});
