import assert from "node:assert/strict";
import { execute, inTemporary } from "../cli/command.ts";
import { haveTools } from "../tools.ts";
import { printOf } from "./shells.ts";

if (await haveTools("mandoc")) {
  Deno.test("the manual page is right, and tells each command and option as the help does", async () => {
    await inTemporary(async (cwd) => {
      await Deno.writeTextFile(`${cwd}/tachyon.1`, await printOf("man"));
      const check = await execute("mandoc", ["-T", "lint", "-W", "warning", "tachyon.1"], { cwd });
      // It has no date, to be the same each time it is built.
      assert.match(check.stdout, /^mandoc: tachyon\.1:1:15: WARNING: missing date.*\n$/);
      const { stdout } = await execute("mandoc", ["-T", "ascii", "-O", "width=500", "tachyon.1"], {
        cwd,
      });
      // A word may stand out by being printed twice.
      const plain = stdout.replace(/.[\b]/g, "");
      const help = await printOf("run", "--help");
      const lines = help.matchAll(/^ +(?:-\w, )?(--[a-z][a-z-]+)/gm);
      const options = [...lines].map(([, option]) => option!);
      assert.ok(options.length > 30);
      for (const option of options) assert.ok(plain.includes(option), option);
      assert.match(plain, /tachyon run \[options\] -m MODULE/);
      assert.match(plain, /samples per second: 500, 2\.5k, 10khz \(default: 1khz\)/);
    });
  });
}
