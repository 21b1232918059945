import assert from "node:assert/strict";
import { open, Target } from "../ffi/targets.ts";
import { supportedPythons } from "../pythons.ts";
import { namespacesRefused, removeRoot, startContained, startRooted } from "./namespaces.ts";
import { childOf, findAll, foldersOf, homeOf, PROGRAM, told } from "./subjects.ts";

const pythons = await supportedPythons("FINDING PYTHON IN NAMESPACES");
const refused = await namespacesRefused();

/** Ids as the threads of a process know them, in the order in which the kernel lists them. */
async function ownIds(pid: number, tids: readonly number[]): Promise<number[]> {
  const ids: number[] = [];
  for (const tid of tids) {
    const status = await Deno.readTextFile(`/proc/${pid}/task/${tid}/status`);
    ids.push(Number(/^NSpid:.*?(\d+)$/m.exec(status)?.[1]));
  }
  return ids;
}

Deno.test({
  name: "a Python in its own pid and mount namespaces is found with all its threads",
  ignore: refused,
  async fn(test): Promise<void> {
    for (const python of pythons) {
      await test.step(python.version, async () => {
        await using target = startContained([python.path, "-c", PROGRAM]);
        const expected = await told(target);
        const pid = await childOf(target.pid);
        using process = open(pid);
        assert.equal(process.ownPid, 1);
        const found = findAll(process);
        assert.equal(found.version, expected.version);
        assert.equal(found.ids[0], pid);
        assert.deepEqual(await ownIds(pid, found.ids), expected.ids);
        assert.deepEqual([...found.ids].sort((a, b) => a - b), process.threads());
        for (const tid of found.ids) assert(process.threadCpu(tid) >= 0);
        assert.equal(process.threadBy(4_000_000), 0);
      });
    }
  },
});

Deno.test({
  name: "a Python is found with all its threads when it lives in a root of its own",
  ignore: refused,
  async fn(test): Promise<void> {
    for (const python of pythons) {
      await test.step(python.version, async () => {
        const root = await Deno.makeTempDir();
        const home = await homeOf(python);
        const command = ["env", `PYTHONHOME=${home}`, python.path, "-c", PROGRAM];
        try {
          await using target = startRooted(root, await foldersOf(python), command);
          const expected = await told(target);
          const pid = await childOf(target.pid);
          using process = open(pid);
          assert.equal((await Deno.readLink(`/proc/${pid}/root`)).startsWith(root), true);
          const found = findAll(process);
          assert.equal(found.version, expected.version);
          assert.deepEqual(await ownIds(pid, found.ids), expected.ids);
        } finally {
          await removeRoot(root);
        }
      });
    }
  },
});

Deno.test("the ids of a process in our own pid namespace are our ids", async () => {
  await using target = new Target("sleep", ["60"]);
  using process = open(target.pid);
  assert.equal(process.ownPid, target.pid);
  assert.equal(process.threadBy(12_345), 12_345);
});
