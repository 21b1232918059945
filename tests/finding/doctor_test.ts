import assert from "node:assert/strict";
import { anyPython, report, Target } from "../ffi/targets.ts";
import { PROGRAM, told } from "./subjects.ts";
import { asUser, attachTachyon, runTachyon } from "./tachyon.ts";

const python = await anyPython();
const isRoot = Deno.uid() === 0;
const NOBODY = 65534;

interface Findings {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly state: string;
    readonly text: string;
  }[];
  readonly advice: readonly { readonly why: string; readonly commands: readonly string[] }[];
}

/** States of what was looked at, by name. */
function states({ checks }: Findings): Record<string, string> {
  return Object.fromEntries(checks.map(({ name, state }) => [name, state]));
}

/** Says that a test needs root where that is not there. */
function lacksRoot(): boolean {
  if (!isRoot) report("only root can become another user");
  return !isRoot;
}

Deno.test("doctor finds all well where processes can be sampled, and has tried it", async () => {
  const { stdout, stderr, status } = await runTachyon(["doctor"]);
  assert.equal(stderr, "");
  assert.match(stdout, /^ ok {2}reading +process_vm_readv works$/m);
  assert.match(stdout, /^ ok {2}self-test +[\d,]+ samples? of a Python 3\.\d+/m);
  assert.match(stdout, /^ (ok|--) {2}timing +we are woken /m);
  if (isRoot) {
    assert.match(stdout, /^ ok {2}user +root, with CAP_SYS_PTRACE/m);
    assert.match(stdout, /\n\nAll is well\.\n$/);
    assert.equal(status, 0);
  }
});

Deno.test("doctor tells of a process that can be sampled what it is", async () => {
  await using target = new Target(python, ["-c", PROGRAM]);
  const { version } = await told(target);
  const { stdout, status } = await runTachyon(["doctor", "--json", String(target.pid)]);
  const findings = JSON.parse(stdout) as Findings;
  const { process, access, python: verdict } = states(findings);
  assert.deepEqual([process, access, verdict], ["ok", "ok", "ok"]);
  assert.equal(findings.checks.at(-1)?.text, `Python ${version}`);
  assert.deepEqual([findings.ok, status, findings.advice], [true, 0, []]);
});

Deno.test("doctor tells of a process without Python, and of one that is not there", async () => {
  await using target = new Target("sleep", ["60"]);
  const other = await runTachyon(["doctor", String(target.pid)]);
  assert.match(other.stdout, /^ no {2}python +there is no CPython in it$/m);
  assert.equal(other.status, 1);
  await target.end();
  const gone = await runTachyon(["doctor", String(target.pid)]);
  assert.match(gone.stdout, /^ no {2}process +there is no process \d+$/m);
  assert.equal(gone.status, 1);
  assert.equal((await runTachyon(["doctor", "12x"])).status, 2);
});

Deno.test("doctor as an ordinary user lets it sample its own processes", async () => {
  if (lacksRoot()) return;
  const [launcher = "", ...args] = asUser(NOBODY);
  await using target = new Target(launcher, [...args, python, "-c", PROGRAM]);
  const { version } = await told(target);
  const { stdout, stderr, status } = await runTachyon(
    ["doctor", String(target.pid)],
    asUser(NOBODY),
  );
  assert.equal(status, 0, stdout + stderr);
  assert.match(
    stdout,
    /^ -- {2}user +nobody, without CAP_SYS_PTRACE: may read only .* of nobody$/m,
  );
  assert.match(stdout, /^ ok {2}access +we may read it$/m);
  assert.ok(stdout.includes(`Python ${version}`));
});

Deno.test("doctor and attach as an ordinary user say why another's process is not to be read", async () => {
  if (lacksRoot()) return;
  await using target = new Target(python, ["-c", PROGRAM]);
  await told(target);
  const pid = String(target.pid);
  const { stdout, status } = await runTachyon(["doctor", pid], asUser(NOBODY));
  assert.equal(status, 1);
  assert.match(stdout, /^ no {2}access +the system does not let us read it$/m);
  assert.match(
    stdout,
    /\n\nIt belongs to root, and we are nobody without CAP_SYS_PTRACE\.\n {4}\S/,
  );
  const attached = await runTachyon(["attach", "-d", "1", pid], asUser(NOBODY));
  assert.equal(attached.status, 1);
  assert.match(
    attached.stderr,
    new RegExp(
      `does not let us read process ${pid}\\.\n +It belongs to root, and we are nobody.*` +
        `Try \`.*\`.* \`tachyon doctor ${pid}\` tells more\\.`,
    ),
  );
});

/** Root for the mounts, then whatever follows; Yama seems to be there, set to 1. */
const YAMA = [
  "unshare",
  "--mount",
  "sh",
  "-c",
  "mount -t tmpfs none /proc/sys/kernel && mkdir /proc/sys/kernel/yama && " +
  'echo 1 > /proc/sys/kernel/yama/ptrace_scope && exec "$@"',
  "sh",
];

/** Keeps out even its own user: prctl(PR_SET_DUMPABLE, 0). */
const SHUT = `import ctypes\nctypes.CDLL(None).prctl(4, 0, 0, 0, 0)\n${PROGRAM}`;

Deno.test("doctor and attach name Yama's policy where it is in force", async () => {
  if (lacksRoot()) return;
  const [launcher = "", ...args] = asUser(NOBODY);
  await using target = new Target(launcher, [...args, python, "-c", SHUT]);
  await told(target);
  const pid = String(target.pid);
  const behind = [...YAMA, ...asUser(NOBODY)];
  const general = await runTachyon(["doctor", "--json"], behind);
  assert.equal(general.status, 1, general.stderr);
  const findings = JSON.parse(general.stdout) as Findings;
  assert.equal(states(findings)["yama"], "bad");
  assert.equal(states(findings)["self-test"], "ok");
  assert.match(findings.advice[0]?.why ?? "", /^kernel\.yama\.ptrace_scope is 1 here: /);
  const { stdout } = await runTachyon(["doctor", pid], behind);
  assert.match(stdout, /It keeps out even its own user/);
  assert.match(
    stdout,
    /kernel\.yama\.ptrace_scope is 1 here: without CAP_SYS_PTRACE only programs/,
  );
  const asRoot = await runTachyon(["doctor", pid], YAMA);
  assert.match(
    asRoot.stdout,
    /^ ok {2}yama +kernel\.yama\.ptrace_scope is 1, which CAP_SYS_PTRACE/m,
  );
  assert.equal(asRoot.status, 0, asRoot.stdout);
});

Deno.test("run --blocking starts nothing where Yama would not let it be stopped", async () => {
  if (lacksRoot()) return;
  const behind = [...YAMA, ...asUser(NOBODY)];
  const words = ["run", "--blocking", "--", python, "-c", "print('started')"];
  const { stdout, stderr, status } = await runTachyon(words, behind);
  assert.equal(stdout, "");
  assert.match(
    stderr,
    /does not let us stop programs .* Nothing was started\.\n.*ptrace_scope is 1/s,
  );
  assert.equal(status, 1);
});

Deno.test("doctor and attach tell a process that /proc hides from one that is not there", async () => {
  if (lacksRoot()) return;
  await using target = new Target(python, ["-c", PROGRAM]);
  await told(target);
  const pid = String(target.pid);
  const hiding = [
    ...["unshare", "--mount", "sh", "-c"],
    'mount -t proc -o hidepid=2 proc /proc && exec "$@"',
    ...["sh", ...asUser(NOBODY)],
  ];
  const { stdout, status } = await runTachyon(["doctor", pid], hiding);
  assert.match(stdout, /^ -- {2}\/proc +hides processes of others/m);
  assert.match(stdout, new RegExp(`^ no {2}process +${pid} is hidden from us$`, "m"));
  assert.match(stdout, /\n\n\/proc hides the processes of other users here \(hidepid\)\.\n {4}\S/);
  assert.equal(status, 1);
  const attached = await runTachyon(["attach", pid], hiding);
  assert.match(
    attached.stderr,
    /does not let us read.*\n +\/proc hides the processes of other users/,
  );
});

Deno.test("attach and dump go from a launcher to the Python below it, and say so", async () => {
  const script = `"$0" -c "$1"; exit`;
  await using target = new Target("sh", ["-c", script, python, PROGRAM]);
  await told(target);
  const { stdout, stderr, status } = await attachTachyon(["-d", "0.2", String(target.pid)]);
  assert.equal(status, 0, stderr);
  const child = new RegExp(`process ${target.pid} runs no Python itself, but (\\d+) below it does`)
    .exec(stderr)?.[1];
  assert.ok(child !== undefined);
  assert.match(stdout, new RegExp(`process +pid ${child}, Python 3`));
  const dumped = await runTachyon(["dump", String(target.pid)]);
  assert.ok(
    dumped.stderr.includes(`but ${child} below it does: that one is taken.`),
    dumped.stderr,
  );
  assert.equal(dumped.status, 0);
  Deno.kill(Number(child), "SIGKILL");
});

Deno.test("attach takes none of several Pythons below a launcher, and names them", async () => {
  const script = `exec 3<&0; "$0" -c "$1" <&3 & "$0" -c "$1"; exit`;
  await using target = new Target("sh", ["-c", script, python, PROGRAM]);
  await told(target);
  await told(target);
  const { stderr, status } = await runTachyon(["attach", "-d", "0.2", String(target.pid)]);
  const [, ...pids] =
    /runs no Python itself, and 2 processes below it do: (\d+), (\d+)\./.exec(stderr) ?? [];
  assert.equal(pids.length, 2, stderr);
  assert.equal(status, 1);
  const { stdout } = await runTachyon(["doctor", String(target.pid)]);
  for (const pid of pids) assert.ok(stdout.includes(`tachyon attach ${pid}\n`));
  for (const pid of pids) Deno.kill(Number(pid), "SIGKILL");
});
