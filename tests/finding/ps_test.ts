import assert from "node:assert/strict";
import type { Machine, ProcessFacts } from "../../ffi/machine.ts";
import { parseStat } from "../../ffi/linux/process_list.ts";
import { formatAge, tabulateProcesses } from "../../src/cli/ps_text.ts";
import { machine } from "../../src/survey/machine.ts";
import { listPythons, type PythonProcess } from "../../src/survey/pythons.ts";
import { report, Target } from "../ffi/targets.ts";
import { supportedPythons } from "../pythons.ts";
import { homeOf, PROGRAM, told } from "./subjects.ts";
import { asUser, runTachyon } from "./tachyon.ts";

const pythons = await supportedPythons("LISTING PROCESSES");
const newest = pythons.at(-1)!;

interface Listed {
  readonly pid: number;
  readonly parent_python: number | null;
  readonly python_version: string;
  readonly threads: number;
  readonly user: number;
  readonly uptime_s: number;
  readonly can_attach: boolean;
  readonly reason: string | null;
  readonly command: readonly string[];
}

function parseList(text: string): Map<number, Listed> {
  return new Map((JSON.parse(text) as Listed[]).map((one) => [one.pid, one]));
}

Deno.test("ps lists a process of every version, with what it is", async () => {
  const targets: Target[] = [];
  try {
    for (const { path } of pythons) targets.push(new Target(path, ["-c", PROGRAM]));
    const versions = await Promise.all(targets.map(async (one) => (await told(one)).version));
    const { stdout, stderr, status } = await runTachyon(["ps", "--json"]);
    assert.equal(status, 0, stderr);
    const listed = parseList(stdout);
    for (const [index, { pid }] of targets.entries()) {
      const one = listed.get(pid);
      assert(one, `${versions[index]} is missing`);
      assert.equal(one.python_version, versions[index]);
      assert.deepEqual([one.threads, one.can_attach, one.reason], [4, true, null]);
      assert.deepEqual(one.command, [pythons[index]!.path, "-c", PROGRAM]);
      assert.equal(one.user, Deno.uid());
      assert(one.uptime_s >= 0 && one.uptime_s < 600);
    }
    assert.equal(listed.get(Deno.pid), undefined);
    const table = (await runTachyon(["ps"])).stdout.split("\n");
    assert.match(table[0] ?? "", /^ *PID +PYTHON +USER +UPTIME +CPU +THREADS +ATTACH +COMMAND$/);
    for (const [index, { pid }] of targets.entries()) {
      const line = table.find((text) => text.trimStart().startsWith(`${pid} `));
      assert.match(line ?? "", new RegExp(` ${versions[index]} .* yes +.*import platform, sys`));
    }
  } finally {
    for (const target of targets) await target[Symbol.asyncDispose]();
  }
});

Deno.test("ps lists an interpreter whose executable has a name of its own", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.copyFile(newest.path, `${folder}/server`);
    const env = { PYTHONHOME: await homeOf(newest) };
    await using target = new Target(`${folder}/server`, ["-c", PROGRAM], env);
    await told(target);
    const one = listPythons().find(({ pid }) => pid === target.pid);
    assert.equal(one?.version, newest.version);
    assert.equal(one?.name, "server");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const FAMILY = `
import subprocess, sys
if sys.argv[1] != "0":
    command = [sys.executable, "-c", sys.argv[2], str(int(sys.argv[1]) - 1), sys.argv[2]]
    child = subprocess.Popen(["sh", "-c", '"$@"; exit', "sh", *command], stdin=subprocess.PIPE)
else:
    print("ready", flush=True)
sys.stdin.readline()
`;

Deno.test("ps shows children below their parents, also those of a shell between", async () => {
  await using target = new Target(newest.path, ["-c", FAMILY, "2", FAMILY]);
  assert.equal(await target.line(), "ready");
  const { stdout } = await runTachyon(["ps"]);
  const lines = stdout.split("\n");
  const at = lines.findIndex((line) => line.trimStart().startsWith(`${target.pid} `));
  assert(at > 0);
  assert.doesNotMatch(lines[at]!, /└─/);
  assert.match(lines[at + 1]!, /yes +└─ /);
  assert.match(lines[at + 2]!, /yes + {5}└─ /);
  const { stdout: json } = await runTachyon(["ps", "--json"]);
  const child = [...parseList(json).values()].find((one) => one.parent_python === target.pid);
  assert(child);
  Deno.kill(child.pid, "SIGKILL");
});

Deno.test("ps as another user lists what may not be read, by its name, and says why", async () => {
  if (Deno.uid() !== 0) return report("only root can become another user");
  await using target = new Target(newest.path, ["-c", PROGRAM]);
  await told(target);
  const { stdout, status } = await runTachyon(["ps", "--json"], asUser(65534));
  assert.equal(status, 0);
  const one = parseList(stdout).get(target.pid);
  assert.deepEqual([one?.can_attach, one?.reason], [false, "denied"]);
  assert.equal(one?.python_version, newest.minor);
  const table = await runTachyon(["ps"], asUser(65534));
  assert.match(table.stdout, new RegExp(`^ *${target.pid} .* not permitted +`, "m"));
  assert.match(table.stderr, /may not be read; `tachyon doctor PID` says why/);
});

const FACTS: PythonProcess = {
  pid: 7,
  parent: 1,
  name: "python",
  threads: 1,
  uptimeMs: 3_725_000,
  cpuMs: 65_000,
  version: "3.14.2",
  freeThreaded: true,
  user: 0,
  command: ["python", "\x1b[31m\u202eevil\nline", "x".repeat(200)],
};

Deno.test("text of a process cannot harm the terminal, and fits into its width", () => {
  const text = tabulateProcesses([FACTS, { ...FACTS, pid: 8, above: 7 }], () => "ro\x07ot", 80);
  const lines = text.trimEnd().split("\n");
  assert.equal(lines.length, 3);
  for (const line of lines) assert(line.length <= 80, line);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text.replaceAll("\n", ""), /[\x00-\x1f\u202e]/);
  assert.match(lines[1]!, /^ {2}7 {2}3\.14\.2t {2}ro\\x07ot {2}1h 02m {2}1m 05s /);
  assert.match(lines[2]!, /yes {5}└─ python/);
});

Deno.test("ages are told in their two largest units", () => {
  const ages = [0, 59_999, 60_000, 3_599_000, 3_600_000, 86_400_000 * 41 + 3_600_000 * 6];
  assert.deepEqual(ages.map(formatAge), ["0s", "59s", "1m 00s", "59m 59s", "1h 00m", "41d 6h"]);
});

Deno.test("a line of stat is read whatever the name of the process is", () => {
  const rest = "S 41 7 7 0 -1 4194304 0 0 0 0 250 50 0 0 20 0 3 0 1000 0 0";
  for (const name of ["python", "a) b (c", "", "x)\n(y"]) {
    assert.deepEqual(parseStat(`42 (${name}) ${rest}`, 60_000), {
      pid: 42,
      parent: 41,
      name,
      threads: 3,
      uptimeMs: 50_000,
      cpuMs: 3000,
    });
  }
  const kernel = rest.replace("4194304", "2129984");
  const zombie = rest.replace("S ", "Z ").replace("20 0 3", "20 0 1");
  for (const line of ["", "42", "42 (", `42 (k) ${kernel}`, `42 (z) ${zombie}`]) {
    assert.equal(parseStat(line, 0), undefined, line);
  }
});

Deno.test("a table of processes whose parents run in a circle is listed all the same", () => {
  const processes = [[50, 51], [51, 52], [52, 51]].map(([pid, parent]): ProcessFacts => ({
    ...FACTS,
    pid: pid!,
    parent: parent!,
  }));
  const circular: Machine = {
    ...machine,
    processes: () => processes,
    likeness: (pid) => pid === 50 ? "hidden" : "other",
    executableId: () => "",
    command: () => ["/usr/bin/python3.9"],
  };
  const listed = listPythons(circular, {
    open: () => ({ fault: "denied", detail: "" }),
    readerThread: () => assert.fail(),
    loops: () => assert.fail(),
    openStopper: () => assert.fail(),
  });
  assert.deepEqual(listed.map(({ pid, version, above }) => [pid, version, above]), [
    [50, "3.9", undefined],
  ]);
});
