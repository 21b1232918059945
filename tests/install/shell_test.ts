import assert from "node:assert/strict";
import { execute, inTemporary } from "../cli/command.ts";
import { printOf } from "../completions/shells.ts";
import { haveTools } from "../tools.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

/** Folders that are made, and not part of the repository. */
const MADE = [".git", ".pythons", ".runtime", "dist", "built", "node_modules"];

/** All files of the repository that a shell reads. */
function listShellFiles(): string[] {
  const found: string[] = [];
  const pending = [""];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const { name, isDirectory, isFile } of Deno.readDirSync(`${ROOT}${folder}`)) {
      const path = `${folder}${name}`;
      if (isDirectory && !MADE.includes(name)) pending.push(`${path}/`);
      if (!isFile || !(name.endsWith(".sh") || !name.includes("."))) continue;
      const [first = ""] = Deno.readTextFileSync(`${ROOT}${path}`).split("\n");
      if (/^#!.*\b(ba|da)?sh\b/.test(first)) found.push(path);
    }
  }
  return found;
}

if (await haveTools("shellcheck")) {
  Deno.test("shellcheck finds nothing in any shell file", async () => {
    const files = listShellFiles();
    assert.ok(files.includes("install.sh") && files.includes(".ci/run"), files.join(" "));
    const { stdout, status } = await execute("shellcheck", files, { cwd: ROOT });
    assert.equal(stdout, "");
    assert.equal(status, 0);
  });

  Deno.test("shellcheck finds nothing in the completions for bash", async () => {
    await inTemporary(async (cwd) => {
      await Deno.writeTextFile(`${cwd}/script`, await printOf("completions", "bash"));
      const { stdout } = await execute("shellcheck", ["-s", "bash", "script"], { cwd });
      assert.equal(stdout, "");
    });
  });
}
