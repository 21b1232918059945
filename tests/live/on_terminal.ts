/** Tests on a real terminal. */

import { PYTHONS, SUBJECTS } from "../e2e/subjects.ts";
import { TMUX, TmuxTerminal } from "./tmux.ts";

export const subject = SUBJECTS.at(-1)!;
export const python = PYTHONS.at(-1)!;

/** Runs a test on a terminal in a folder of its own. */
export function onTerminal(
  name: string,
  test: (terminal: TmuxTerminal, folder: string) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: !TMUX,
    async fn(): Promise<void> {
      const folder = await Deno.makeTempDir();
      try {
        await using terminal = await TmuxTerminal.open(100, 30, folder);
        await test(terminal, folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

export const hasHotRow = (text: string): boolean =>
  /\d+\.\d% .*find_coupons {2}orders\.py/.test(text);
export const backAtShell = (text: string): boolean =>
  /\$$/.test(text) && !text.includes(" tachyon  pid");

/** The settings of the terminal, as `stty` prints them into a file. */
export async function readSettings(terminal: TmuxTerminal, path: string): Promise<string> {
  await terminal.enter(`stty -a > ${path}; echo done-$((40 + 2))`);
  await terminal.until((text) => text.includes("done-42"));
  await terminal.enter("clear");
  await terminal.until((text) => !text.includes("done-42"));
  return await Deno.readTextFile(path);
}
