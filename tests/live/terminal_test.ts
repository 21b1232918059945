import assert from "node:assert/strict";
import { ORDERS, shellWords } from "../e2e/subjects.ts";
import { startProgram } from "../e2e/running_program.ts";
import {
  backAtShell,
  hasHotRow,
  onTerminal,
  python,
  readSettings,
  subject,
} from "./on_terminal.ts";

onTerminal(
  "top shows a running program, every view at its key, and gives the terminal back at q",
  async (terminal, folder) => {
    await using program = await startProgram(python.path, [ORDERS, "60"]);
    const before = await readSettings(terminal, `${folder}/before`);
    await terminal.enter(shellWords(subject, ["top", String(program.pid)]));
    await terminal.until(hasHotRow);
    const signs = ["function", "line", "call tree", "main", "samples", "tid "]
      .concat("Tasks are not looked at", "One process is looked at");
    for (const [i, sign] of signs.entries()) {
      await terminal.press(String(i + 1));
      await terminal.until((text) => text.includes(sign));
    }
    await terminal.press("1", "?");
    await terminal.until((text) => text.includes("any key closes"));
    await terminal.press("x", "/");
    await terminal.press(..."coupons", "Enter", "Home", "Enter");
    await terminal.until((text) =>
      text.includes("if coupon") || /\d+\.\d% +\d+\.\d% +4\d /.test(text)
    );
    await terminal.press("Escape");
    await terminal.resize(60, 12);
    await terminal.until((text) => hasHotRow(text) && text.split("\n").length <= 12);
    await terminal.resize(140, 40);
    await terminal.until((text) => text.includes("total time"));
    await terminal.press("w");
    await terminal.until((text) => text.includes("written: tachyon."));
    const written = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(
      written.filter((name) => name.startsWith("tachyon")),
      [`tachyon.${program.pid}.1.bin`, `tachyon.${program.pid}.1.html`],
    );
    await terminal.press("q");
    // Of a screen that was resized tmux itself leaves rows behind.
    await terminal.until((text) => /samples in .* rejected[^]*\$$/.test(text));
    assert.equal(program.runs(), true);
    await terminal.resize(100, 30);
    assert.equal(await readSettings(terminal, `${folder}/after`), before);
  },
);

onTerminal("every key does on a real terminal what the help says", async (terminal) => {
  await using program = await startProgram(python.path, [ORDERS, "60"]);
  await terminal.enter(shellWords(subject, ["top", String(program.pid)]));
  await terminal.until(hasHotRow);
  const isLost = (sign: string) => (text: string): boolean => !text.includes(sign);
  const shows = (sign: string) => (text: string): boolean => text.includes(sign);
  const steps: readonly (readonly [keys: readonly string[], (text: string) => boolean])[] = [
    [["s"], shows("sort: total")],
    [["S"], shows("sort: self")],
    [["Right"], shows("only main")],
    [["Right"], shows("only receipts")],
    [["Left"], shows("only main")],
    [["t"], isLost("only main")],
    [["e"], shows("last ")],
    [["e"], isLost("last ")],
    [["p"], shows(" paused ")],
    [["p"], isLost(" paused ")],
    [["r"], hasHotRow],
    [["+"], shows("a picture every 200 ms")],
    [["-"], shows("a picture every 250 ms")],
    [["i"], shows("recorded with --opcodes")],
    [["o"], shows("is on its own terminal")],
    [["Escape"], hasHotRow],
    [["h"], shows("any key closes")],
    [["j"], isLost("any key closes")],
    [["/", ..."nowhere", "Enter"], shows("nothing matches nowhere")],
    [["c"], hasHotRow],
    [["m"], shows("the mouse clicks and scrolls here")],
    // A press and a release of the mouse's button on the third of the views' names.
    [[click(31, 5)], shows("call tree")],
    [["BTab"], hasHotRow],
    [["Tab"], shows("call tree")],
    [["End", "Home", "Down", "Up", "k", "j", "PageDown", "PageUp", "C-l", "x"], shows("call tree")],
    [["m"], shows("the mouse selects text again")],
  ];
  for (const [keys, isDone] of steps) {
    for (const key of keys) await terminal.press(key);
    await terminal.until(isDone);
  }
  await terminal.press("Q");
  await terminal.until(backAtShell);
});

onTerminal("the last picture stays when the program is killed", async (terminal, folder) => {
  await using program = await startProgram(python.path, [ORDERS, "60"]);
  const before = await readSettings(terminal, `${folder}/before`);
  await terminal.enter(shellWords(subject, ["top", String(program.pid)]));
  await terminal.until(hasHotRow);
  Deno.kill(program.pid, "SIGKILL");
  await terminal.until((text) => text.includes(" ended ") && hasHotRow(text));
  await terminal.press("q");
  await terminal.until(backAtShell);
  assert.equal(await readSettings(terminal, `${folder}/after`), before);
});

onTerminal("Ctrl-Z suspends, fg goes on, and Ctrl-C ends", async (terminal) => {
  await using program = await startProgram(python.path, [ORDERS, "60"]);
  await terminal.enter(shellWords(subject, ["top", String(program.pid)]));
  await terminal.until(hasHotRow);
  await terminal.press("C-z");
  await terminal.until((text) => text.includes("Stopped"));
  await terminal.enter("fg");
  await terminal.until(hasHotRow);
  await terminal.press("C-c");
  await terminal.until((text) => /samples in .* rejected/.test(text) && backAtShell(text));
  assert.equal(program.runs(), true);
});

onTerminal(
  "the terminal is given back when tachyon is killed, and the program runs on",
  async (terminal, folder) => {
    await using program = await startProgram(python.path, [ORDERS, "60"]);
    const before = await readSettings(terminal, `${folder}/before`);
    await terminal.enter(
      `${shellWords(subject, ["top", String(program.pid)])} & echo $! > pid; fg`,
    );
    await terminal.until(hasHotRow);
    const pid = Number(await Deno.readTextFile(`${folder}/pid`));
    Deno.kill(pid, "SIGKILL");
    await terminal.until((text) => !text.includes(" tachyon  pid"));
    assert.equal(program.runs(), true);
    assert.equal(await readSettings(terminal, `${folder}/after`), before);
  },
);

onTerminal(
  "a closed window ends tachyon and leaves the program alone",
  async (terminal, folder) => {
    await using program = await startProgram(python.path, [ORDERS, "60"]);
    await terminal.enter(
      `${shellWords(subject, ["top", String(program.pid)])} & echo $! > pid; fg`,
    );
    await terminal.until(hasHotRow);
    const pid = Number(await Deno.readTextFile(`${folder}/pid`));
    await terminal.close();
    const deadline = performance.now() + 20_000;
    while (isThere(pid) && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal(isThere(pid), false);
    assert.equal(program.runs(), true);
  },
);

/** What a terminal sends for a click, in tmux's words. */
function click(x: number, y: number): string {
  return `\x1b[<0;${x};${y}M\x1b[<0;${x};${y}m`;
}

function isThere(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}
