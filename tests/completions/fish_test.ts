import assert from "node:assert/strict";
import { execute } from "../cli/command.ts";
import { haveTools } from "../tools.ts";
import { withScript } from "./shells.ts";

const LINES: readonly [line: string, offered: string][] = [
  ["tachyon att", "attach"],
  ["tachyon d", "diff doctor dump"],
  ["tachyon attach --mo", "--mode"],
  ["tachyon attach --mode ", "cpu exception gil wall"],
  ["tachyon attach -o capt", "capture one.bin capture.txt"],
  ["tachyon attach -r ", ""],
  ["tachyon attach ", "41 4242"],
  ["tachyon replay capt", "capture one.bin capture.txt"],
  ["tachyon run -r 500 --nat", "--native"],
  ["tachyon run -r 500 x.py --nat", ""],
  ["tachyon run -- uv --nat", ""],
  ["tachyon completions ", "bash fish zsh"],
  ["tachyon ps ", ""],
];

const DRIVER = `
source ./script
while read -l line
    set -l offered (complete -C $line | string replace -r '\\t.*' '')
    echo "$offered"
end < lines
`;

if (await haveTools("fish")) {
  Deno.test("fish offers what can follow on a command line", async () => {
    await withScript("fish", async (cwd, env) => {
      await Deno.writeTextFile(`${cwd}/lines`, LINES.map(([line]) => `${line}\n`).join(""));
      const outcome = await execute("fish", ["--no-config", "-c", DRIVER], { cwd, env });
      assert.equal(outcome.stderr, "");
      assert.deepEqual(
        outcome.stdout.split("\n").slice(0, -1).map((
          offered,
          index,
        ) => [LINES[index]?.[0], offered]),
        LINES.map(([line, offered]) => [line, offered]),
      );
    });
  });
}
