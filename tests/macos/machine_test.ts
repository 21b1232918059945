import assert from "node:assert/strict";
import { createMachine } from "../../ffi/macos/machine.ts";
import { parseWords } from "../../ffi/macos/process_list.ts";
import { readOwnRights } from "../../ffi/macos/rights.ts";
import { MacProcessWatch } from "../../ffi/macos/process_watch.ts";
import { FakeMac, type FakeProcess } from "./fake_calls.ts";

function machineOf(...processes: FakeProcess[]): ReturnType<typeof createMachine> {
  const mac = new FakeMac(...processes);
  return createMachine(() => mac);
}

const FRAMEWORK = "/Library/Frameworks/Python.framework/Versions/3.12";
const region = (address: number, path?: string) => ({
  address,
  size: 0x4000,
  ...(path === undefined ? {} : { path }),
});

Deno.test("processes of macOS are listed with what is told of them, but not those that have ended", () => {
  const now = Date.now();
  const machine = machineOf(
    { pid: 30, parent: 20, path: "/bin/zsh", hidden: true, startedUs: (now - 5000) * 1000 },
    {
      pid: 20,
      path: "/opt/homebrew/bin/python3.13",
      name: "a name that is longer than sixteen",
      threads: [{ tid: 1, state: 1 }, { tid: 2, state: 3 }],
      startedUs: (now - 60_000) * 1000,
    },
    { pid: 25, status: 5 },
  );
  const [python, shell, ...others] = machine.processes();
  assert.deepEqual(others, []);
  assert(python && shell);
  const { uptimeMs, cpuMs, ...known } = python;
  assert.deepEqual(known, {
    pid: 20,
    parent: 1,
    name: "a name that is longer than sixt",
    threads: 2,
  });
  assert.ok(uptimeMs >= 60_000, `${uptimeMs}`);
  assert.equal(Math.round(cpuMs), 3000);
  assert.deepEqual([shell.name, shell.threads, shell.cpuMs], ["zsh", 0, 0]);
});

Deno.test("Python is told by the names of what is mapped, from versions 3.8 to 3.15", () => {
  const cases: readonly [FakeProcess["path"], FakeProcess["regions"], string, string?][] = [
    ["/opt/homebrew/bin/python3.13", [], "python", "3.13"],
    ["/usr/local/bin/python3.14t", [], "python", "3.14"],
    [`${FRAMEWORK}/Resources/Python.app/Contents/MacOS/Python`, [], "python", "3.12"],
    [
      "/Applications/Blender.app/Contents/MacOS/Blender",
      [region(0x1_0000_0000), region(0x1_0001_0000, "/opt/lib/libpython3.11.dylib")],
      "python",
      "3.11",
    ],
    [
      "/Applications/X.app/Contents/MacOS/X",
      [region(0x1_0000_0000, `${FRAMEWORK}/Python`)],
      "python",
      "3.12",
    ],
    ["/bin/zsh", [region(0x1_0000_0000, "/bin/zsh")], "other"],
    ["/Users/me/pythons/tool", [], "other"],
    // The system's own libraries are not looked at.
    ["/bin/ls", [region(0x7ff8_0000_0000, "/opt/lib/libpython3.11.dylib")], "other"],
  ];
  for (const [path, regions, likeness, version] of cases) {
    const machine = machineOf({
      pid: 7,
      ...(path ? { path } : {}),
      ...(regions ? { regions } : {}),
    });
    assert.equal(machine.likeness(7), likeness, path);
    assert.equal(machine.versionByName(7), version, path);
  }
});

Deno.test("what may not be seen is hidden, and a process that is gone is none", () => {
  const machine = machineOf({ pid: 7, path: "/usr/sbin/daemon", hidden: true, words: ["daemon"] });
  assert.equal(machine.likeness(7), "hidden");
  assert.deepEqual(machine.command(7), []);
  assert.equal(machine.executable(7), "/usr/sbin/daemon");
  assert.equal(machine.likeness(8), "other");
  assert.equal(machine.executable(8), "");
  assert.equal(machine.executableId(8), "");
  assert.equal(machine.user(8), undefined);
  assert.equal(machine.targetRights(8), undefined);
});

Deno.test("command lines are taken from before the environment", () => {
  const words = ["python3", "-c", "", "größe \u0007"];
  const environment = ["SECRET=1"];
  const machine = machineOf({ pid: 7, path: "/usr/local/bin/python3", words, environment });
  assert.deepEqual(machine.command(7), words);
  // A process may write over its own.
  assert.deepEqual(parseWords(Uint8Array.of(255, 255, 255, 255, 47, 97, 0, 98, 99)), ["bc"]);
  assert.deepEqual(parseWords(Uint8Array.of(2, 0, 0, 0)), []);
  assert.deepEqual(parseWords(Uint8Array.of(2, 0, 0, 0, 47, 97)), []);
});

Deno.test("a process and its descendants are found by their parents, whatever circles there are", () => {
  const machine = machineOf(
    { pid: 10, parent: 1 },
    { pid: 11, parent: 10 },
    { pid: 12, parent: 11 },
    { pid: 13, parent: 10 },
    { pid: 14, parent: 1 },
    { pid: 20, parent: 21 },
    { pid: 21, parent: 20 },
  );
  assert.deepEqual(machine.tree(10), [10, 11, 13, 12]);
  assert.deepEqual(machine.tree(20), [20, 21]);
  assert.deepEqual(machine.tree(99), [99]);
});

Deno.test("a Ctrl-C reaches what we start when we are in the foreground of a terminal", () => {
  const shares = (process: Partial<FakeProcess>): boolean =>
    machineOf({ pid: Deno.pid, group: 77, ...process }).sharesTerminal!();
  assert.equal(shares({ terminal: { device: 0x1000_0003, group: 77 } }), true);
  assert.equal(shares({ terminal: { device: 0x1000_0003, group: 78 } }), false);
  assert.equal(shares({}), false);
  assert.equal(machineOf().sharesTerminal!(), false);
});

Deno.test("new processes of macOS are noticed once, those that end as well, and ids that come again", () => {
  const mac = new FakeMac({ pid: 10, group: 9 }, {
    pid: 11,
    parent: 10,
    group: 9,
    words: ["a", "b"],
  });
  const watch = new MacProcessWatch(mac);
  const fresh = (): number[] => watch.fresh().map(({ pid }) => pid);
  assert.deepEqual(fresh(), [10, 11]);
  assert.deepEqual(fresh(), []);
  mac.processes.set(12, { pid: 12, parent: 11, status: 5 });
  const [kin] = watch.fresh();
  assert.deepEqual(kin, { pid: 12, parent: 11, group: 12, session: 0, image: "", ended: true });
  mac.processes.delete(12);
  assert.deepEqual(fresh(), []);
  assert.equal(watch.look(12), undefined);
  mac.processes.set(12, { pid: 12 });
  assert.deepEqual(fresh(), [12]);
  assert.deepEqual(watch.command(11), ["a", "b"]);
  // Its pid is given out before it is seen.
  const pids = [10, 11, 12, 13];
  mac.processIds = (into): number => {
    into.set(pids);
    return pids.length;
  };
  assert.deepEqual(fresh(), []);
  mac.processes.set(13, { pid: 13 });
  assert.deepEqual(fresh(), [13]);
});

Deno.test("what keeps us out of a process of macOS is told by what it was signed with", () => {
  const guard = (process: Partial<FakeProcess>): string | undefined =>
    machineOf({ pid: 7, ...process }).targetRights(7)!.guard;
  assert.equal(guard({ path: "/opt/homebrew/bin/python3.13", signing: 0x2000_0003 }), undefined);
  assert.equal(guard({ path: "/opt/python3" }), undefined);
  assert.equal(guard({ path: "/opt/python3", signing: 0x2001_0001 }), "hardened");
  assert.equal(guard({ path: "/opt/python3", signing: 0x2001_0005 }), undefined);
  assert.equal(guard({ path: "/usr/local/bin/python3", signing: 0x2400_0001 }), "system");
  assert.equal(guard({ path: "/opt/python3", signing: 0x0801 }), "system");
  for (
    const path of [
      "/usr/bin/python3",
      "/Library/Developer/CommandLineTools/Library/Frameworks/Python3.framework/Versions/3.9/bin/python3",
      "/Applications/Xcode-beta.app/Contents/Developer/usr/bin/python3",
    ]
  ) assert.equal(guard({ path }), "system", path);
  const rights = machineOf({ pid: 7, user: 502 }).targetRights(7)!;
  assert.deepEqual([rights.users, rights.groups], [[502, 502, 502], [20, 20, 20]]);
});

Deno.test("we know whether we were signed as a debugger", () => {
  const rights = (entitlements?: string): boolean | undefined =>
    readOwnRights(
      new FakeMac({ pid: Deno.pid, ...(entitlements === undefined ? {} : { entitlements }) }),
    ).isDebugger;
  const key = "<key>com.apple.security.cs.debugger</key>";
  assert.equal(rights(), false);
  assert.equal(rights(`<plist><dict>${key}<true/></dict></plist>`), true);
  assert.equal(rights(`<plist><dict>${key}\n\t<true />\n</dict></plist>`), true);
  assert.equal(rights(`<plist><dict>${key}<false/></dict></plist>`), false);
  assert.equal(rights("<key>com.apple.security.get-task-allow</key><true/>"), false);
});
