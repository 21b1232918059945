import assert from "node:assert/strict";
import type { Kin } from "../../ffi/process.ts";
import { parseKin } from "../../ffi/linux/process_watch.ts";
import { Family } from "../../src/sampler/family.ts";
import { roleOf } from "../../src/sampler/process_rows.ts";

function kin(pid: number, parent: number, more: Partial<Kin> = {}): Kin {
  return { pid, parent, group: 1, session: 1, image: "", ended: false, ...more };
}

const nobody = (): undefined => undefined;
const TOP = kin(100, 50, { group: 100, session: 60, image: "top" });

function admitted(
  family: Family,
  all: readonly Kin[],
  look = nobody as (pid: number) => Kin | undefined,
): string[] {
  return family.admit(all, look).map(({ pid, parent }) => `${pid} of ${parent}`);
}

Deno.test("children and their children belong to a program, in whatever order they are seen", () => {
  const family = new Family(TOP);
  const seen = [kin(103, 102), kin(102, 101), kin(104, 50), kin(101, 100), kin(105, 104)];
  assert.deepEqual(admitted(family, seen).sort(), ["101 of 100", "102 of 101", "103 of 102"]);
  assert.deepEqual(admitted(family, seen), []);
  assert.deepEqual(admitted(family, [kin(106, 103)]), ["106 of 103"]);
  family.forget(103);
  assert.deepEqual(admitted(family, [kin(107, 103)]), []);
});

Deno.test("a process left by its parent is known by the session or group that a member has begun", () => {
  const family = new Family(TOP);
  admitted(family, [kin(101, 100)]);
  assert.deepEqual(admitted(family, [kin(102, 1, { group: 101, session: 101 })]), ["102 of 101"]);
  assert.deepEqual(admitted(family, [kin(103, 1, { group: 102, session: 60 })]), ["103 of 102"]);
  // Another program of the pipe that the one at the top is in, and of the shell that has started both.
  assert.deepEqual(admitted(family, [kin(104, 50, { group: 100, session: 60 })]), []);
});

Deno.test("a process left by its parent is known as a copy of a member, unless its parent is one, too", () => {
  const family = new Family(TOP);
  const parents: Readonly<Record<number, Kin>> = {
    1: kin(1, 0, { image: "init" }),
    50: kin(50, 1, { image: "top" }),
  };
  const look = (pid: number): Kin | undefined => parents[pid];
  assert.deepEqual(admitted(family, [kin(101, 1, { image: "top" })], look), ["101 of 100"]);
  // The program at the top was forked itself, and this is its sibling.
  assert.deepEqual(admitted(family, [kin(102, 50, { image: "top" })], look), []);
  assert.deepEqual(admitted(family, [kin(103, 1, { image: "other" })], look), []);
  assert.deepEqual(admitted(family, [kin(104, 1)], look), []);
});

Deno.test("relations are read from the kernel's line, whatever the process is called", () => {
  const fields = Array.from({ length: 50 }, (_, i) => String(i + 3));
  fields[0] = "S";
  const line = (state: string, threads: string, stack = "140737488347136"): string => {
    const all = [...fields];
    [all[0], all[17], all[25]] = [state, threads, stack];
    return `4242 (a) S 1 (b\n) ${all.join(" ")}\n`;
  };
  assert.deepEqual(parseKin(line("S", "1")), {
    pid: 4242,
    parent: 4,
    group: 5,
    session: 6,
    image: "140737488347136 48",
    ended: false,
  });
  assert.equal(parseKin(line("Z", "1"))?.ended, true);
  assert.equal(parseKin(line("Z", "2"))?.ended, false, "its other threads live on");
  assert.equal(parseKin(line("S", "1", "0"))?.image, "", "we may not know");
  assert.equal(parseKin(""), undefined);
});

Deno.test("helpers of multiprocessing are known by what they were started with", () => {
  const start = (code: string): string[] => ["/usr/bin/python3", "-B", "-c", code];
  assert.equal(
    roleOf(start("from multiprocessing.resource_tracker import main;main(6)")),
    "resource-tracker",
  );
  assert.equal(
    roleOf(start("from multiprocessing.forkserver import main; main(5, 7, ['__main__'])")),
    "fork-server",
  );
  const spawned = start("from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=5)");
  assert.equal(roleOf(spawned), undefined);
  assert.equal(roleOf(["python3", "from multiprocessing.forkserver import main"]), undefined);
  assert.equal(roleOf([]), undefined);
});
