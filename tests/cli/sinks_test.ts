import assert from "node:assert/strict";
import { createPartialSink } from "../../src/cli/partial_file.ts";
import { createWholeSink } from "../../src/cli/output.ts";
import { createSpoolStore } from "../../src/cli/spool.ts";
import { inTemporary, listFiles } from "./command.ts";

function text(...pieces: string[]): Uint8Array[] {
  return pieces.map((piece) => new TextEncoder().encode(piece));
}

function head(): Uint8Array {
  return text("HEAD")[0]!;
}

Deno.test("a partial file holds what came so far and gets its head and name at the end", async () => {
  await inTemporary(async (directory) => {
    const sink = createPartialSink({ kind: "file", directory }, "a.bin", () => assert.fail());
    sink.write(text("____", "one "));
    assert.equal(await Deno.readTextFile(`${directory}/a.bin.partial`), "____one ");
    sink.write(text("two "));
    const written = await sink.finish(text("end"), head);
    assert.deepEqual(written, { path: `${directory}/a.bin` });
    assert.equal(await Deno.readTextFile(`${directory}/a.bin`), "HEADone two end");
    assert.deepEqual(listFiles(directory), ["a.bin"]);
  });
});

Deno.test("a partial file or link that is there already is left alone", async () => {
  await inTemporary(async (directory) => {
    await Deno.writeTextFile(`${directory}/precious`, "precious");
    await Deno.symlink("precious", `${directory}/a.bin.partial`);
    await Deno.writeTextFile(`${directory}/a.bin.partial-2`, "left behind");
    const said: string[][] = [];
    const sink = createPartialSink({ kind: "file", directory, name: "a.bin" }, "", (...names) => {
      said.push(names);
    });
    sink.write(text("new"));
    assert.deepEqual(said, [[`${directory}/a.bin.partial`, `${directory}/a.bin.partial-3`]]);
    sink.discard();
    assert.equal(await Deno.readTextFile(`${directory}/precious`), "precious");
    assert.equal(await Deno.readTextFile(`${directory}/a.bin.partial-2`), "left behind");
    assert.deepEqual(listFiles(directory), ["a.bin.partial", "a.bin.partial-2", "precious"]);
  });
});

Deno.test("a partial file that cannot be finished stays", async () => {
  await inTemporary(async (directory) => {
    const sink = createPartialSink({ kind: "file", directory, name: "a" }, "", () => {});
    sink.write(text("some"));
    await Deno.mkdir(`${directory}/a`);
    const fault = await sink.finish([], undefined);
    assert.ok(typeof fault === "object" && "what" in fault);
    assert.equal(await Deno.readTextFile(sink.remains!), "some");
  });
});

Deno.test("a whole file is there at the end only, with its head", async () => {
  await inTemporary(async (directory) => {
    const store = createSpoolStore(directory);
    const sink = createWholeSink({ kind: "file", directory, name: "a" }, "", store);
    sink.write(text("____", "one "));
    assert.deepEqual(listFiles(directory), []);
    await sink.finish(text("end"), head);
    assert.equal(await Deno.readTextFile(`${directory}/a`), "HEADone end");
    assert.deepEqual(listFiles(directory), ["a"]);
  });
});

Deno.test("what cannot be gone back in gets its head first", async () => {
  await inTemporary(async (directory) => {
    const path = `${directory}/pipe`;
    assert.ok((await new Deno.Command("mkfifo", { args: [path] }).output()).success);
    const store = createSpoolStore(directory);
    const sink = createWholeSink({ kind: "device", path }, "", store);
    sink.write(text("_", "__", "_one "));
    const reading = new Deno.Command("cat", { args: [path] }).output();
    assert.deepEqual(await sink.finish(text("end"), head), { path });
    assert.equal(new TextDecoder().decode((await reading).stdout), "HEADone end");
  });
});

Deno.test("a fault of a format is not taken for one of the disk, and leaves no file", async () => {
  await inTemporary(async (directory) => {
    const store = createSpoolStore(directory);
    const sink = createWholeSink({ kind: "file", directory, name: "a" }, "", store);
    function* broken(): Generator<Uint8Array> {
      yield* text("x");
      throw new TypeError("a mistake of ours");
    }
    await assert.rejects(sink.finish(broken(), undefined), /a mistake of ours/);
    assert.deepEqual(listFiles(directory), []);
  });
});
