import assert from "node:assert/strict";
import { ORDERS, runTachyon, shellWords, SUBJECTS } from "../e2e/subjects.ts";
import { startProgram } from "../e2e/running_program.ts";
import { report } from "../ffi/targets.ts";
import { asUser } from "../finding/tachyon.ts";
import {
  backAtShell,
  hasHotRow,
  onTerminal,
  python,
  readSettings,
  subject,
} from "./on_terminal.ts";

const KITCHEN = new URL("../../examples/kitchen.py", import.meta.url).pathname;

onTerminal("tasks of a real program are shown with those who wait for them", async (terminal) => {
  await using program = await startProgram(python.path, [KITCHEN, "60"]);
  const words = ["top", "--async-mode", "all", "-r", "200", String(program.pid)];
  await terminal.enter(shellWords(subject, words));
  await terminal.until((text) => text.includes("functions"));
  await terminal.press("7");
  await terminal.until((text) =>
    /waits +task.*is at/.test(text) && /▾ Task-1$/m.test(text) && / · waiter Bob /.test(text)
  );
  await terminal.press("q");
  await terminal.until(backAtShell);
});

onTerminal("processes that a program starts are shown below it", async (terminal) => {
  const child = "import time\nwhile True: time.sleep(0.001)";
  const script = "import subprocess, sys, time; " +
    `child = subprocess.Popen([sys.executable, '-c', ${JSON.stringify(child)}]); time.sleep(60)`;
  const words = ["run", "--live", "--subprocesses", "-d", "40", "--kill", "--"];
  await terminal.enter(shellWords(subject, [...words, python.path, "-c", script]));
  await terminal.until((text) => text.includes("functions"));
  await terminal.press("8");
  await terminal.until((text) => /\d+ +1 +[\d,]+ .*\n *└ +\d+ +1 +[\d,]+ /.test(text));
  await terminal.press("Down", "Down", "Enter", "3");
  await terminal.until((text) => /only pid \d+/.test(text) && text.includes("call tree"));
  await terminal.press("q");
  await terminal.until(backAtShell);
});

onTerminal(
  "a terminal of another user's takes keys, and is given back",
  async (terminal, folder) => {
    if (Deno.uid() !== 0) return report("only root can become another user");
    const words = ["run", "--live", "-d", "40", "--kill", "--", python.path, ORDERS, "60"];
    const before = await readSettings(terminal, `${folder}/before`);
    const user = asUser(65_534).join(" ");
    await terminal.enter(`(cd /; ${user} ${shellWords(subject, words)})`);
    await terminal.until(hasHotRow);
    await terminal.press("3");
    await terminal.until((text) => text.includes("call tree"));
    await terminal.press("q");
    await terminal.until(backAtShell);
    assert.equal(await readSettings(terminal, `${folder}/after`), before);
  },
);

onTerminal("NO_COLOR and terminals of 16 colours are heeded", async (terminal) => {
  await using program = await startProgram(python.path, [ORDERS, "60"]);
  const words = shellWords(subject, ["top", String(program.pid)]);
  const codes = async (): Promise<string[]> => {
    const screen = await terminal.look("-e");
    // deno-lint-ignore no-control-regex
    return [...screen.matchAll(/\x1b\[([\d;]*)m/g)].flatMap(([, list = ""]) => list.split(";"));
  };
  const colours = /^(?:3[0-8]|4[0-8]|9\d|10\d)$/;
  for (
    const [setting, allowed] of [["NO_COLOR=1", /^$/], [
      "env -u NO_COLOR TERM=xterm",
      /^(?:3[0-7]|4[0-7]|9\d)$/,
    ]] as const
  ) {
    await terminal.enter(`${setting} ${words}`);
    await terminal.until(hasHotRow);
    const used = (await codes()).filter((code) => colours.test(code));
    assert.deepEqual(used.filter((code) => !allowed.test(code)), [], setting);
    assert.equal(used.length > 0, setting !== "NO_COLOR=1", setting);
    await terminal.press("q");
    await terminal.until(backAtShell);
    await terminal.enter("clear");
    await terminal.until((text) => text === "$");
  }
});

onTerminal("a terminal that cannot be drawn on gets lines", async (terminal) => {
  await using program = await startProgram(python.path, [ORDERS, "60"]);
  const words = shellWords(subject, ["top", "-d", "2", String(program.pid)]);
  await terminal.enter(`TERM=dumb ${words}`);
  await terminal.until((text) => /^\d+ s {2}[\d,]+ samples/m.test(text));
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
  await using program = await startProgram(python.path, [ORDERS, "60"]);
  const pid = String(program.pid);
  const lines = await runTachyon(SUBJECTS[0]!, ["attach", "--live", "-d", "2.5", pid]);
  assert.equal(lines.status, 0, lines.stderr);
  assert.match(
    lines.stdout,
    /^\d+ s {2}[\d,]+ samples {2}.* rejected {2}.*find_coupons \d+\.\d%/m,
  );
  assert.ok(lines.stdout.trimEnd().split("\n").length >= 2);
  const all = await readObjects(["-d", "2.5", pid]);
  assert.ok(all.names.has("find_coupons"), [...all.names].join());
  assert.equal(all.pid, program.pid);
  const some = await readObjects(["--include", "^parse_order$", "-d", "2.5", pid]);
  assert.ok(some.names.has("parse_order"), [...some.names].join());
  assert.ok(!some.names.has("find_coupons"), [...some.names].join());
});

/** The functions that the objects of a capture name, and its process. */
async function readObjects(args: readonly string[]): Promise<{ names: Set<string>; pid: number }> {
  const { stdout } = await runTachyon(SUBJECTS[0]!, ["attach", "--live", "--json", ...args]);
  const rows: { pid: number; functions: { name: string }[] }[] = stdout.trimEnd().split("\n")
    .map((line) => JSON.parse(line));
  return {
    names: new Set(rows.flatMap(({ functions }) => functions.map(({ name }) => name))),
    pid: rows[0]!.pid,
  };
}

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
