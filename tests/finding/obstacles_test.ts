import assert from "node:assert/strict";
import type { OwnRights, TargetRights } from "../../ffi/machine.ts";
import { createMachine } from "../../ffi/linux/machine.ts";
import { adviseAccess, adviseTracing } from "../../src/cli/permission.ts";
import { findObstacles, mayStopChildren } from "../../src/survey/obstacles.ts";
import { checkRights } from "../../src/cli/doctor/machine_checks.ts";
import "../ffi/targets.ts";

const OWN: OwnRights = {
  user: 1000,
  mayTrace: false,
  tracingAllowed: true,
  mayOpenMapped: false,
  filtered: false,
  realUsers: true,
  realPids: true,
  seesAll: true,
  hostname: "host",
  cpus: { allowed: 2, all: 2 },
  hasSudo: true,
  label: "unconfined",
};
const TARGET: TargetRights = {
  pid: 42,
  users: [1000, 1000, 1000],
  groups: [1000, 1000, 1000],
  outranks: false,
  dumpable: true,
  descends: false,
  samePids: true,
  tracer: 0,
  ownPid: 42,
  label: "unconfined",
};
const ROOT = { user: 0, mayTrace: true, mayOpenMapped: true };

/** Kinds of what is in the way. */
function kinds(own: Partial<OwnRights>, target: Partial<TargetRights>): string[] {
  return findObstacles({ ...OWN, ...own }, { ...TARGET, ...target }).map(({ kind }) => kind);
}

/** The commands that are advised. */
function commands(own: Partial<OwnRights>, target: Partial<TargetRights>): string[] {
  return adviseAccess({ ...OWN, ...own }, { ...TARGET, ...target }).flatMap((one) => one.commands);
}

Deno.test("nothing is in the way of one's own processes, nor of root", () => {
  assert.deepEqual(kinds({}, {}), []);
  assert.deepEqual(kinds(ROOT, { users: [7, 7, 7], outranks: true, dumpable: false }), []);
  assert.deepEqual(kinds({ ...ROOT, ptraceScope: 2 }, {}), []);
  assert.deepEqual(kinds({ ptraceScope: 0 }, {}), []);
  assert.deepEqual(kinds({ ptraceScope: 1 }, { descends: true }), []);
});

Deno.test("each reason for a refusal is told from the others", () => {
  assert.deepEqual(kinds({}, { users: [1000, 0, 0] }), ["other-user"]);
  assert.deepEqual(kinds({}, { dumpable: false }), ["not-dumpable"]);
  assert.deepEqual(kinds({}, { outranks: true }), ["outranked"]);
  assert.deepEqual(kinds({ ptraceScope: 1 }, {}), ["yama"]);
  assert.deepEqual(kinds({ ptraceScope: 2 }, { descends: true }), ["yama"]);
  assert.deepEqual(kinds({ ...ROOT, ptraceScope: 3 }, {}), ["yama"]);
  assert.deepEqual(kinds({ ...ROOT, realUsers: false }, { sameUsers: false }), ["other-namespace"]);
  assert.deepEqual(kinds({}, { label: "docker-default (enforce)" }), ["labelled"]);
  assert.deepEqual(kinds({ readFailure: "refused" }, {}), ["no-reading"]);
  assert.deepEqual(kinds({ ptraceScope: 1 }, { users: [0, 0, 0] }), ["other-user", "yama"]);
});

Deno.test("advice is what works on this machine", () => {
  const stranger = { users: [0, 0, 0] };
  assert.deepEqual(commands({}, stranger), ["sudo tachyon attach 42"]);
  assert.deepEqual(commands({ hasSudo: false }, stranger), ["su -c 'tachyon attach 42'"]);
  assert.deepEqual(commands({ ptraceScope: 1 }, {}), [
    "sudo tachyon attach 42",
    "sudo sysctl kernel.yama.ptrace_scope=0",
  ]);
  assert.deepEqual(commands({ ...ROOT, ptraceScope: 3 }, {}), []);
  const inside = { user: 0, tracingAllowed: false, hostname: "web-5f7" };
  assert.deepEqual(commands({ ...inside, container: "docker" }, { outranks: true }), [
    "docker run --cap-add=SYS_PTRACE IMAGE",
  ]);
  assert.deepEqual(commands({ ...inside, container: "kubernetes" }, { users: [33, 33, 33] }), [
    "kubectl debug -it web-5f7 --image=IMAGE --target=CONTAINER --profile=general",
  ]);
  assert.equal(
    commands({ container: "podman", hostname: "c0ffee" }, stranger)[0],
    "podman exec -u root c0ffee tachyon attach 42",
  );
});

Deno.test("a label cannot harm the terminal", () => {
  const [advice] = adviseAccess(OWN, { ...TARGET, label: "\x1b[2Jevil" });
  assert.match(advice?.why ?? "", /its label is \\x1b\[2Jevil/);
});

Deno.test("Yama's setting is read where the system has it, and judged by what we may", async () => {
  const proc = await Deno.makeTempDir();
  try {
    for (const name of ["self", "stat", "1"]) {
      await Deno.symlink(`/proc/${name}`, `${proc}/${name}`);
    }
    assert.equal(createMachine(proc).ownRights().ptraceScope, undefined);
    await Deno.mkdir(`${proc}/sys/kernel/yama`, { recursive: true });
    const judge = (scope: number, mayTrace: boolean, matters: boolean): string | undefined => {
      Deno.writeTextFileSync(`${proc}/sys/kernel/yama/ptrace_scope`, `${scope}\n`);
      const own = { ...createMachine(proc).ownRights(), mayTrace };
      assert.equal(own.ptraceScope, scope);
      return checkRights(own, "me", matters).find(({ name }) => name === "yama")?.state;
    };
    assert.deepEqual([0, 1, 2, 3].map((scope) => judge(scope, true, true)), [
      "ok",
      "ok",
      "ok",
      "bad",
    ]);
    assert.deepEqual([0, 1, 2, 3].map((scope) => judge(scope, false, true)), [
      "ok",
      "bad",
      "bad",
      "bad",
    ]);
    assert.equal(judge(1, false, false), "note");
  } finally {
    await Deno.remove(proc, { recursive: true });
  }
});

Deno.test("programs that we start may be stopped unless Yama keeps them from us", () => {
  const may = (own: Partial<OwnRights>): boolean => mayStopChildren({ ...OWN, ...own });
  assert.equal(may({}), true);
  assert.equal(may({ ptraceScope: 0 }), true);
  assert.equal(may({ ptraceScope: 1 }), false);
  assert.equal(may({ ptraceScope: 2 }), false);
  assert.equal(may({ ...ROOT, ptraceScope: 2 }), true);
  assert.equal(may({ ...ROOT, ptraceScope: 3 }), false);
});

Deno.test("what is advised against a refusal to stop a program is what helps", () => {
  const told = (ptraceScope: number): string => adviseTracing(false, { ...OWN, ptraceScope });
  assert.match(told(0), /^Leave out `--blocking`, or run tachyon with sudo or CAP_SYS_PTRACE\.$/);
  assert.match(
    told(1),
    /with sudo .* Here kernel\.yama\.ptrace_scope is 1, which keeps it to root/,
  );
  assert.match(told(3), /^Leave out `--blocking`\. Here .* is 3, which keeps everybody from it\.$/);
  assert.match(adviseTracing(true, OWN), /^End the debugger/);
});
