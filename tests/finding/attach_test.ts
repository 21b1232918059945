import assert from "node:assert/strict";
import { explainAttach } from "../../src/cli/attach_faults.ts";
import { machine } from "../../src/survey/machine.ts";
import { anyPython, report, Target } from "../ffi/targets.ts";
import { supportedPythons } from "../pythons.ts";
import { withHost } from "./host.ts";
import { namespacesRefused, removeRoot, startContained, startRooted } from "./namespaces.ts";
import { childOf, foldersOf, homeOf, PROGRAM, told } from "./subjects.ts";
import { asUser, attachTachyon, runTachyon } from "./tachyon.ts";

const pythons = await supportedPythons("ATTACHING FROM OUTSIDE");
/** One whose frames are objects and whose threads have no ids of their own, if there is one; and the newest. */
const two = [pythons[0]!, pythons.at(-1)!];
const refused = await namespacesRefused();

/** Samples all threads of a process, and checks that its four threads were seen where they wait. */
async function sampleThreads(pid: number, launcher: readonly string[] = []): Promise<void> {
  const { stdout, stderr, status } = await attachTachyon(
    ["-a", "-d", "0.3", "--collapsed", "-o", "-", String(pid)],
    launcher,
  );
  assert.equal(status, 0, stderr);
  const lines = stdout.trimEnd().split("\n");
  const threads = new Set(lines.map((line) => /^[^;]*/.exec(line)?.[0]));
  assert.equal(threads.size, 4, stdout);
  assert.equal(lines.filter((line) => /<string>:work:\d+/.test(line)).length >= 3, true, stdout);
}

for (const python of two) {
  Deno.test(`attach from outside samples all threads of ${python.version} in its own namespaces`, async () => {
    if (refused) return;
    await using target = startContained([python.path, "-c", PROGRAM]);
    await told(target);
    await sampleThreads(await childOf(target.pid));
  });

  Deno.test(`attach from outside samples all threads of ${python.version} in a root of its own`, async () => {
    if (refused) return;
    const root = await Deno.makeTempDir();
    try {
      const home = await homeOf(python);
      const command = ["env", `PYTHONHOME=${home}`, python.path, "-c", PROGRAM];
      await using target = startRooted(root, await foldersOf(python), command);
      await told(target);
      await sampleThreads(await childOf(target.pid));
    } finally {
      await removeRoot(root);
    }
  });

  Deno.test(`attach samples ${python.version} when its executable was deleted`, async () => {
    const folder = await Deno.makeTempDir();
    await Deno.copyFile(python.path, `${folder}/server`);
    const env = { PYTHONHOME: await homeOf(python) };
    await using target = new Target(`${folder}/server`, ["-c", PROGRAM], env);
    await told(target);
    await Deno.remove(folder, { recursive: true });
    await sampleThreads(target.pid);
  });

  Deno.test(`root attaches to ${python.version} of another user, and that user to it`, async () => {
    if (Deno.uid() !== 0) return report("only root can become another user");
    const [launcher = "", ...args] = asUser(65534);
    await using target = new Target(launcher, [...args, python.path, "-c", PROGRAM]);
    await told(target);
    await sampleThreads(target.pid);
    await sampleThreads(target.pid, asUser(65534));
  });
}

Deno.test("an ordinary user attaches to an interpreter in a library that was deleted", async () => {
  if (Deno.uid() !== 0) return report("only root can become another user");
  await withHost(pythons, "libengine.so", async (library, command, env) => {
    const [launcher = "", ...args] = asUser(65534);
    await using target = new Target(launcher, [...args, ...command], env);
    await told(target);
    await Deno.remove(library);
    await sampleThreads(target.pid, asUser(65534));
  });
});

Deno.test("attach from outside samples a Python in a user namespace", async () => {
  const python = await anyPython();
  const users = ["--user", "--map-root-user", "--pid", "--fork", "--kill-child"];
  const { success } = await new Deno.Command("unshare", { args: [...users, "true"] }).output();
  if (!success) return report("no user namespaces may be made here");
  await using target = new Target("unshare", [...users, python, "-c", PROGRAM]);
  await told(target);
  await sampleThreads(await childOf(target.pid));
});

Deno.test("attach refuses when /proc shows other pids than system calls take", async () => {
  if (refused) return;
  const owner = Deno.uid() === 0 ? [] : ["--user", "--map-root-user"];
  const launcher = ["unshare", ...owner, "--pid", "--fork", "--kill-child"];
  const { stderr, status } = await runTachyon(["attach", "1"], launcher);
  assert.match(stderr, /cannot read processes .*\/proc.* pid namespace\)\.\n.*mount -t proc/);
  assert.equal(status, 1);
});

Deno.test("attach says whose thread it is when it is given a thread", async () => {
  await using target = new Target(pythons.at(-1)!.path, ["-c", PROGRAM]);
  const [, tid = 0] = (await told(target)).ids;
  const { stderr, status } = await runTachyon(["attach", String(tid)]);
  assert.match(stderr, new RegExp(`${tid} is a thread of process ${target.pid}, and no process`));
  assert.equal(status, 1);
});

Deno.test("a pid as a container sees it is told from ours", async () => {
  if (refused) return;
  const python = pythons.at(-1)!;
  await using target = startContained([python.path, "-c", PROGRAM]);
  const { ids: [own = 0] } = await told(target);
  const pid = await childOf(target.pid);
  assert(machine.pidsInside(own).includes(pid));
  const { next } = explainAttach({ fault: "no-such-process", detail: "" }, own);
  assert.match(next, new RegExp(`In a container ${own} may be what we know as .*\\b${pid}\\b`));
});
