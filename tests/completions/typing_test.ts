import { TMUX, TmuxTerminal } from "../live/tmux.ts";
import { haveTools } from "../tools.ts";
import { withScript } from "./shells.ts";

/** Shells as somebody types into them, each with what makes it complete. */
const SHELLS: readonly [shell: string, start: string, ready: string][] = [
  ["bash", "exec bash --norc --noprofile", "PS1='ready> '; source ./script"],
  [
    "zsh",
    "exec zsh -f",
    "PS1='ready> '; autoload -U compinit && compinit -D -u && source ./script",
  ],
  [
    "fish",
    "exec fish --no-config",
    "function fish_prompt; echo 'ready> '; end; source ./script",
  ],
];

/** What is typed before the Tab key, and what then stands there. */
const TYPED: readonly [typed: string, completed: RegExp][] = [
  ["tachyon att", /tachyon attach$/m],
  ["tachyon attach --mode exc", /tachyon attach --mode exception$/m],
  ["tachyon dump 42", /tachyon dump 4242$/m],
  ["tachyon replay capture\\ o", /tachyon replay capture\\ one\.bin$/m],
  ["tachyon run --nat", /tachyon run --native$/m],
];

if (TMUX && await haveTools("zsh", "fish")) {
  for (const [shell, start, ready] of SHELLS) {
    Deno.test(`the Tab key completes a typed command line in ${shell}`, async () => {
      await withScript(shell, async (folder, { PATH }) => {
        await using terminal = await TmuxTerminal.open(100, 20, folder);
        await terminal.enter(`PATH='${PATH}'; export PATH; ${start}`);
        await terminal.enter(ready);
        await terminal.until((text) => /^ready> *$/m.test(text));
        for (const [typed, completed] of TYPED) {
          await terminal.press("C-u");
          await terminal.type(typed);
          await terminal.until((text) => text.includes(typed));
          await terminal.press("Tab");
          await terminal.until((text) => completed.test(text));
        }
      });
    });
  }
}
