import assert from "node:assert/strict";
import { ORDERS, PYTHONS, runTachyon, shellWords, SUBJECTS } from "../e2e/subjects.ts";
import { startProgram } from "../e2e/running_program.ts";
import { TMUX, TmuxTerminal } from "./tmux.ts";

const subject = SUBJECTS.at(-1)!;
const python = PYTHONS.at(-1)!;

/** Runs a test on a terminal in a folder of its own. */
function onTerminal(
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

const hasHotRow = (text: string): boolean => /\d+\.\d% .*find_coupons {2}orders\.py/.test(text);
const backAtShell = (text: string): boolean => /\$$/.test(text) && !text.includes(" tachyon  pid");

/** The settings of the terminal, as `stty` prints them into a file. */
async function readSettings(terminal: TmuxTerminal, path: string): Promise<string> {
  await terminal.enter(`stty -a > ${path}; echo done-$((40 + 2))`);
  await terminal.until((text) => text.includes("done-42"));
  await terminal.enter("clear");
  await terminal.until((text) => !text.includes("done-42"));
  return await Deno.readTextFile(path);
}

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

onTerminal(
  "run --live leaves its input to the program where that is no terminal, and reads keys all the same",
  async (terminal) => {
    const script =
      "import sys,time; text = sys.stdin.read(); print(text.upper(), flush=True); time.sleep(60)";
    const words = ["run", "--live", "-d", "40", "--kill", "--", python.path, "-c", script];
    await terminal.enter(`echo hello there | ${shellWords(subject, words)}`);
    await terminal.until((text) => text.includes("printed: HELLO THERE"));
    await terminal.press("o");
    await terminal.until((text) => text.includes("standard output"));
    await terminal.press("q");
    await terminal.until((text) => backAtShell(text) && text.includes("HELLO THERE"));
  },
);

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

onTerminal(
  "run --live keeps what the program prints aside, never blocks it, and ends with its status",
  async (terminal) => {
    const script = "import sys,time\n" +
      "for i in range(1000): sys.stderr.write('x' * 99_999 + chr(10))\n" +
      "print('the end is', 40 + 2); time.sleep(1); sys.exit(7)";
    const words = ["run", "--live", "--", python.path, "-c", script];
    await terminal.enter(`${shellWords(subject, words)} 2> err; echo status-$?`);
    await terminal.until((text) =>
      text.includes("printed: the end is 42") || text.includes(" ended ")
    );
    await terminal.until((text) => text.includes(" ended "));
    await terminal.press("q");
    await terminal.until((text) => text.includes("the end is 42") && text.includes("status-7"));
    // Of so much only the end is kept, and it is said how much went before.
    await terminal.enter(
      "clear; tail -n 1 err | cut -c 1-40; grep -a -o '. [0-9]* bytes that' err",
    );
    await terminal.until((text) => /^x{40}$/m.test(text) && /… \d{8} bytes that/.test(text));
  },
);

Deno.test("without a terminal a live capture prints a line every second, or an object", async () => {
  await using program = await startProgram(python.path, [ORDERS, "30"]);
  const pid = String(program.pid);
  const lines = await runTachyon(SUBJECTS[0]!, ["attach", "--live", "-d", "2.5", pid]);
  assert.equal(lines.status, 0, lines.stderr);
  assert.match(lines.stdout, /^[123] s {2}[\d,]+ samples {2}.* rejected {2}find_coupons \d+\.\d%/);
  assert.ok(lines.stdout.trimEnd().split("\n").length >= 2);
  const objects = await runTachyon(SUBJECTS[0]!, ["attach", "--live", "--json", "-d", "1.5", pid]);
  const rows = objects.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(rows.at(-1).functions[0].name, "find_coupons");
  assert.equal(rows.at(-1).pid, program.pid);
  const some = ["--include", "^parse_order$", "--live", "--json", "-d", "1.5"];
  const filtered = await runTachyon(SUBJECTS[0]!, ["attach", ...some, pid]);
  const last = JSON.parse(filtered.stdout.trimEnd().split("\n").at(-1)!);
  const names: string[] = last.functions.map(({ name }: { name: string }) => name);
  assert.ok(names.includes("parse_order"), names.join());
  assert.ok(!names.includes("find_coupons"), names.join());
});

Deno.test("--realtime-stats says every second how it goes, and leaves the result as it is", async () => {
  const words = ["run", "--realtime-stats", "--collapsed", "-o", "-", "--python", python.path];
  const { stdout, stderr } = await runTachyon(SUBJECTS[0]!, [...words, ORDERS, "4.5"]);
  assert.match(stderr, /^\d s {2}[\d,]+ samples {2}.*find_coupons/m);
  // On a busy machine a line may come late, or be left out.
  const seconds = [...stderr.matchAll(/^(\d+) s {2}/gm)].map(([, second]) => Number(second));
  assert.ok(seconds.length >= 2 && seconds.length <= 5, stderr);
  assert.ok(seconds.every((second, i) => i === 0 || second > seconds[i - 1]!), stderr);
  assert.match(stdout, /;find_coupons|:find_coupons/);
});

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
