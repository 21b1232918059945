import assert from "node:assert/strict";
import type { Finished } from "../../src/cli/exports.ts";
import { keepParts } from "../../src/cli/kept_parts.ts";
import { inTemporary, listFiles } from "./command.ts";

async function write(path: string): Promise<Finished> {
  await Deno.writeTextFile(path, path);
  return { format: "binary", written: { path } };
}

Deno.test("only the newest parts are kept", async () => {
  await inTemporary(async (cwd) => {
    const kept = keepParts(2);
    await Deno.writeTextFile(`${cwd}/0`, "of somebody else");
    for (const name of ["1", "2", "3", "4"]) kept.add([await write(`${cwd}/${name}`)]);
    assert.deepEqual(listFiles(cwd), ["0", "3", "4"]);
  });
});

Deno.test("what has taken the place of a part is not removed, be it a link or another file", async () => {
  await inTemporary(async (cwd) => {
    const kept = keepParts(1);
    await Deno.writeTextFile(`${cwd}/precious`, "precious");
    kept.add([await write(`${cwd}/1`)]);
    await Deno.remove(`${cwd}/1`);
    await Deno.symlink("precious", `${cwd}/1`);
    kept.add([await write(`${cwd}/2`)]);
    await Deno.writeTextFile(`${cwd}/new`, "of somebody else");
    await Deno.rename(`${cwd}/new`, `${cwd}/2`);
    kept.add([await write(`${cwd}/3`)]);
    assert.deepEqual(listFiles(cwd), ["1", "2", "3", "precious"]);
  });
});

Deno.test("a part that is a directory of pages goes as a whole, and with nothing else in it", async () => {
  await inTemporary(async (cwd) => {
    const kept = keepParts(1);
    const write = async (name: string, more = ""): Promise<Finished> => {
      await Deno.mkdir(`${cwd}/${name}`);
      const index = `${cwd}/${name}/index.html`;
      await Deno.writeTextFile(index, '<meta name="generator" content="tachyon heatmap">');
      if (more !== "") await Deno.writeTextFile(`${cwd}/${name}/${more}`, "");
      return { format: "heatmap", written: { path: index } };
    };
    for (const part of [await write("1"), await write("2", "notes.txt"), await write("3")]) {
      kept.add([part]);
    }
    assert.deepEqual(listFiles(cwd), ["2", "3"]);
  });
});
