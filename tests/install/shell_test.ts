import assert from "node:assert/strict";
import { execute, inTemporary } from "../cli/command.ts";
import { printOf } from "../completions/shells.ts";
import { haveTools } from "../tools.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

/** All files of the repository that a shell reads. */
async function listShellFiles(): Promise<string[]> {
  const { stdout } = await execute("git", ["ls-files"], { cwd: ROOT });
  return stdout.trimEnd().split("\n").filter((path) => {
    if (!/(^|\/)[^./]*$|\.sh$/.test(path)) return false;
    const [first = ""] = Deno.readTextFileSync(`${ROOT}${path}`).split("\n");
    return /^#!.*\b(ba|da)?sh\b/.test(first);
  });
}

if (await haveTools("shellcheck", "git")) {
  Deno.test("shellcheck finds nothing in any shell file", async () => {
    const files = await listShellFiles();
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
