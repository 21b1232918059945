/** How a capture goes, on standard error while it runs. */

import { fitText } from "../analysis/terminal_text.ts";
import { Pace } from "../live/pace.ts";
import { PlainLive } from "../live/plain.ts";
import type { Profile } from "../profile/profile.ts";
import { overwrite } from "./shown_line.ts";

/** From one look to the next on a terminal, and between lines of a log, ms. */
const LOOK_MS = 500;
const LOG_MS = 1000;
/** Looking takes at most this share of a CPU. */
const MOST_CPU = 0.02;
const HINT = "  (Ctrl-C ends)";
/** Room for what the terminal shows of the keys, `^C`, or it would go on to the next line. */
const ECHO = 3;

/**
 * Keeps one line on the terminal up to date while a capture runs, and removes it when the returned
 * function is called. `run` has none unless it is asked for: its program writes to the same terminal.
 * @param log write a line every second instead, also where there is no terminal.
 */
export function showStatus(profile: Profile, log: boolean): () => void {
  if (!log && !Deno.stderr.isTerminal()) return () => {};
  const lines = new PlainLive(profile);
  const started = performance.now();
  const pace = new Pace(MOST_CPU);
  const step = log ? LOG_MS : LOOK_MS;
  let timer = setTimeout(look, step);
  function look(): void {
    const begun = performance.now();
    const line = lines.line(begun - started);
    write(log ? `${line}\n` : overwrite(`${fitText(line, columns() - HINT.length - ECHO)}${HINT}`));
    timer = setTimeout(look, pace.wait(performance.now() - begun, step));
  }
  return () => {
    clearTimeout(timer);
    if (!log) write(overwrite(""));
  };
}

function columns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

function write(text: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  } catch {
    // Nobody looks.
  }
}
