import assert from "node:assert/strict";
import { execute } from "../cli/command.ts";
import { withScript } from "./shells.ts";

/** A command line up to the cursor, and all that can follow; `files` is what bash does by itself. */
const LINES: readonly [line: string, offered: string][] = [
  ["tachyon att", "attach"],
  ["tachyon d", "dump diff doctor"],
  ["tachyon attach --mo", "--mode"],
  ["tachyon attach --mode ", "wall cpu gil exception"],
  ["tachyon attach --mode c", "cpu"],
  ["tachyon attach -o ", "files"],
  ["tachyon attach -r ", "nothing"],
  ["tachyon attach ", "41 4242"],
  ["tachyon attach -a -r 500 42", "4242"],
  ["tachyon attach 41 ", "nothing"],
  ["tachyon replay ", "files"],
  ["tachyon diff one.bin ", "files"],
  ["tachyon run ", "files"],
  ["tachyon run -r 500 --nat", "--native"],
  ["tachyon run -r 500 x.py --nat", "files"],
  ["tachyon run -- uv --nat", "files"],
  ["tachyon completions ", "bash zsh fish"],
  ["tachyon ps ", "nothing"],
  ["tachyon nonsense ", "files"],
];

/** Calls the function as bash does, and says what came of it. */
const DRIVER = `
source ./script
compopt() { own=nothing; }
while IFS= read -r line; do
  read -ra COMP_WORDS <<< "$line"
  [[ $line == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)) own=files
  _tachyon
  if ((\${#COMPREPLY[@]})); then echo "\${COMPREPLY[*]}"; else echo "$own"; fi
done < lines
complete -p tachyon
`;

Deno.test("bash is offered what can follow on a command line", async () => {
  await withScript("bash", async (cwd, env) => {
    await Deno.writeTextFile(`${cwd}/lines`, LINES.map(([line]) => `${line}\n`).join(""));
    const outcome = await execute("bash", ["--norc", "-c", DRIVER], { cwd, env });
    assert.equal(outcome.stderr, "");
    const [registered, ...found] = outcome.stdout.trimEnd().split("\n").reverse();
    assert.deepEqual(
      found.reverse().map((offered, index) => [LINES[index]?.[0], offered]),
      LINES.map(([line, offered]) => [line, offered]),
    );
    assert.match(registered!, /-F _tachyon tachyon$/);
  });
});
