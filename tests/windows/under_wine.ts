/**
 * `deno task wine`: the executable for Windows from end to end, under Wine, against a program that lays out the
 * recorded memory of a real Python. It is no part of `deno task test`: Wine is fetched from Debian's unstable
 * release, which may fail for reasons that are not ours.
 */
import assert from "node:assert/strict";
import { repository } from "../../scripts/repository.ts";
import { selfDescribing } from "../cpython/interpreters.ts";
import { record, type Recorded, writeLayout } from "./recorded.ts";
import { Wine } from "./wine.ts";
import { compileForWindows } from "./zig.ts";

/** Memory may be taken at the addresses that a Python had: the next one has others. */
const TRIES = 5;
const executable = `${repository}/dist/tachyon-windows-x64.exe`;

const wine = await Wine.start();
const tachyon = `${wine.drive}tachyon.exe`;
Deno.copyFileSync(executable, `${wine.folder}/tachyon.exe`);
await compileForWindows("laid_out.c", `${wine.folder}/laid_out.exe`, [
  "-Wl,--subsystem,console",
  "-lkernel32",
  "-ladvapi32",
]);

/** A program that looks like a Python. */
interface LaidOut {
  readonly pid: string;
  readonly recorded: Recorded;
  readonly child: Deno.ChildProcess;
}

async function layOut(locked: boolean): Promise<LaidOut> {
  const name = locked ? "locked.bin" : "open.bin";
  for (let tries = 1;; tries++) {
    const recorded = await record(selfDescribing.at(-1)!, "three_threads");
    Deno.writeFileSync(`${wine.folder}/${name}`, writeLayout(recorded));
    const env = { LAID_OUT: `${wine.drive}${name}`, ...(locked ? { LOCKED: "yes" } : {}) };
    const child = wine.spawn([`${wine.drive}laid_out.exe`], env);
    const said = await readLine(child.stdout);
    const pid = /^(\d+) laid out/.exec(said)?.[1];
    if (pid !== undefined) return { pid: String(Number(pid)), recorded, child };
    await Promise.all([child.stdout.cancel(), child.stderr.cancel(), child.status]);
    assert.ok(said.startsWith("occupied") && tries < TRIES, said);
  }
}

async function readLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value } = await reader.read();
    if (value === undefined) break;
    text += new TextDecoder().decode(value);
  }
  reader.releaseLock();
  return text;
}

/** What threads have told, root first, each as one text; in no order. */
function toldStacks({ threads }: Recorded): string[] {
  return threads.flatMap(({ told }) =>
    told === undefined ? [] : [told.frames.map(([, name, line]) => `${name}:${line}`).join(" ")]
  ).sort();
}

const laidOut = await layOut(false);
const locked = await layOut(true);
const { pid } = laidOut;

/** `timeout`, which they are started by, passes this on. */
function endPrograms(): void {
  for (const { child } of [laidOut, locked]) {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended.
    }
  }
}
globalThis.addEventListener("unload", endPrograms);

const options = { sanitizeResources: false, sanitizeOps: false };

Deno.test("the executable says its version on Windows", options, async () => {
  const { status, stdout } = await wine.run([tachyon, "--version"]);
  assert.equal(status, 0);
  assert.match(stdout, /^tachyon \d/);
});

Deno.test(
  "ps shows a Python on Windows, with its version and that it can be sampled",
  options,
  async () => {
    const { status, stdout } = await wine.run([tachyon, "ps", "--json"]);
    assert.equal(status, 0);
    const shown = (JSON.parse(stdout) as { pid: number }[]).find((one) => one.pid === Number(pid));
    const { python_version, can_attach, command, threads, user } = shown as unknown as Record<
      string,
      unknown
    >;
    assert.deepEqual({ python_version, can_attach, command, threads }, {
      python_version: selfDescribing.at(-1)!.version,
      can_attach: true,
      command: [`${wine.drive}laid_out.exe`],
      threads: laidOut.recorded.threads.length,
    });
    assert.equal(typeof user, "number");
  },
);

Deno.test("a dump on Windows shows the stacks that the program has told", options, async () => {
  const { status, stdout, stderr } = await wine.run([tachyon, "dump", "-a", "--json", pid]);
  assert.equal(status, 0, stderr);
  const { threads } = JSON.parse(stdout) as {
    threads: { frames: { function: string; line: number }[] }[];
  };
  assert.equal(threads.length, laidOut.recorded.threads.length);
  const stacks = threads.map(({ frames }) =>
    frames.map((frame) => `${frame.function}:${frame.line}`).join(" ")
  );
  for (const told of toldStacks(laidOut.recorded)) assert.ok(stacks.includes(told), told);
});

Deno.test(
  "a capture on Windows has samples of the stacks that the program has told, and no others",
  options,
  async () => {
    const asked = ["attach", "-a", "-d", "2", "-r", "100", "-o", "collapsed:-"];
    const { status, stdout, stderr } = await wine.run([tachyon, ...asked, pid]);
    assert.equal(status, 0, stderr);
    const stacks = stdout.trim().split("\n").map((line) =>
      line.replace(/ \d+$/, "").split(";").slice(1).map((frame) => frame.replace(/^[^:]*:/, ""))
        .join(" ")
    );
    const { threads } = laidOut.recorded;
    assert.equal(stacks.length, threads.length);
    for (const told of toldStacks(laidOut.recorded)) assert.ok(stacks.includes(told), told);
  },
);

Deno.test(
  "a recording that was made on Windows is replayed there, and leaves what was asked for alone",
  options,
  async () => {
    const [recording, page] = ["c.bin", "c.html"].map((name) => `${wine.drive}${name}`);
    const asked = ["attach", "-a", "-d", "1", "-r", "100", "-o", `binary:${recording}`];
    const made = await wine.run([tachyon, ...asked, "-o", `flamegraph:${page}`, pid]);
    assert.equal(made.status, 0, made.stderr);
    const replayed = await wine.run([tachyon, "replay", "-o", "collapsed:-", recording!]);
    assert.equal(replayed.status, 0, replayed.stderr);
    assert.match(replayed.stdout, /three_threads/);
    const files = [...Deno.readDirSync(wine.folder)].map(({ name }) => name).sort();
    const before = ["laid_out.exe", "locked.bin", "open.bin", "prefix", "tachyon.exe"];
    const others = files.filter((name) => !before.includes(name) && !name.startsWith("."));
    assert.deepEqual(others, ["c.bin", "c.html"]);
  },
);

Deno.test(
  "a program that run starts below another one on Windows is sampled, and ended",
  options,
  async () => {
    const asked = [
      "run",
      "-a",
      "-d",
      "1",
      "-r",
      "100",
      "--kill",
      "-o",
      `collapsed:${wine.drive}run.txt`,
    ];
    const command = ["--", "cmd", "/c", `${wine.drive}laid_out.exe`];
    // Its own memory: where the other one has it, there is room in another process.
    const env = { LAID_OUT: `${wine.drive}open.bin` };
    const { stderr } = await wine.spawn([tachyon, ...asked, ...command], env).output();
    assert.match(new TextDecoder().decode(stderr), /collapsed written to/);
    assert.match(
      Deno.readTextFileSync(`${wine.folder}/run.txt`),
      /three_threads:\d+;.*rest:\d+ \d+/,
    );
    Deno.removeSync(`${wine.folder}/run.txt`);
  },
);

const REFUSALS: readonly (readonly [what: string, asked: () => string[], said: RegExp])[] = [
  ["no such process", () => ["attach", "9999996"], /There is no process with pid 9999996/],
  ["no such process to dump", () => ["dump", "9999996"], /There is no process with pid 9999996/],
  [
    "a process that nobody may open",
    () => ["attach", locked.pid],
    /does not let us read.*administrator/s,
  ],
  ["stopping", () => ["attach", "--blocking", pid], /a stop would outlive tachyon/],
  ["exact reading", () => ["attach", "--exact", pid], /does not tell on which CPU/],
  ["no Python", () => ["run", "--python", "no.exe", "-m", "x"], /no Python interpreter no\.exe/],
];
for (const [what, asked, said] of REFUSALS) {
  Deno.test(`${what} is refused on Windows with a sentence`, options, async () => {
    const { status, stderr } = await wine.run([tachyon, ...asked()]);
    assert.equal(status, 1);
    assert.match(stderr, said);
  });
}

Deno.test("doctor on Windows says what holds there", options, async () => {
  const { stdout } = await wine.run([tachyon, "doctor", pid]);
  assert.match(stdout, /ok {2}reading +ReadProcessMemory works/);
  assert.match(stdout, /ok {2}python +Python 3\./);
  assert.doesNotMatch(stdout, /CAP_SYS_PTRACE|\/proc|yama/);
});

Deno.test("the disk of this Windows is thrown away", options, async () => {
  endPrograms();
  await wine[Symbol.asyncDispose]();
});
