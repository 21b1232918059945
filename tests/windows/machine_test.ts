import assert from "node:assert/strict";
import { keepLibrary } from "../../ffi/helper/kept_library.ts";
import { createMachine } from "../../ffi/windows/machine.ts";
import { openProcess } from "../../ffi/windows/process.ts";
import { windows } from "../../ffi/windows/platform.ts";
import { listPythons } from "../../src/survey/pythons.ts";
import { fakeWindows } from "./fake_windows.ts";

const NOW = Date.now();
const PYTHON = String.raw`C:\Python\python314.dll`;

/** A shell, a launcher as venv has them, the Python below it, and a process with the pid of an old parent. */
const { helper, handles } = fakeWindows([
  { pid: 4, name: "System" },
  { pid: 100, name: "cmd.exe", startedAt: NOW - 60_000, user: 1001, modules: [[1, "C:\\cmd.exe"]] },
  {
    pid: 104,
    parent: 100,
    name: "python.exe",
    startedAt: NOW - 50_000,
    user: 1001,
    modules: [[1, String.raw`C:\venv\Scripts\python.exe`]],
    command: String.raw`C:\venv\Scripts\python.exe "a b.py" 1`,
  },
  {
    pid: 108,
    parent: 104,
    name: "python.exe",
    startedAt: NOW - 49_000,
    user: 1001,
    domain: 7,
    modules: [[1, String.raw`C:\Python\python.exe`], [2, PYTHON]],
  },
  { pid: 112, parent: 116, name: "child.exe", startedAt: NOW - 90_000, user: 18 },
  { pid: 120, name: "python.exe", startedAt: NOW - 5_000, denied: "always", user: 18 },
  { pid: 116, name: "later.exe", startedAt: NOW - 10_000, denied: "always" },
]);
const machine = createMachine(() => helper);

Deno.test("processes of Windows are listed without the system's, with parents that are theirs", () => {
  const listed = machine.processes();
  assert.deepEqual(listed.map(({ pid, parent, name }) => [pid, parent, name]), [
    [100, 0, "cmd.exe"],
    [104, 100, "python.exe"],
    [108, 104, "python.exe"],
    [112, 0, "child.exe"],
    [116, 0, "later.exe"],
    [120, 0, "python.exe"],
  ]);
  assert.ok(listed[0]!.uptimeMs >= 60_000);
  assert.equal(listed[0]!.cpuMs, 1500);
  assert.deepEqual(machine.tree(100), [100, 104, 108]);
  assert.deepEqual(machine.tree(116), [116]);
});

Deno.test("Python is told by its library, so that a launcher counts as none", () => {
  assert.deepEqual([104, 108, 116].map((pid) => machine.likeness(pid)), [
    "other",
    "python",
    "hidden",
  ]);
  assert.equal(machine.versionByName(108), "3.14");
  assert.equal(machine.versionByName(104), undefined);
  assert.deepEqual(machine.command(104), [String.raw`C:\venv\Scripts\python.exe`, "a b.py", "1"]);
  assert.equal(machine.executable(104), String.raw`C:\venv\Scripts\python.exe`);
  assert.equal(handles.size, 0);
});

Deno.test("a Python of Windows that we may not open is shown as one that is not permitted", () => {
  const platform = { ...windows, open: (pid: number) => openProcess(pid, helper) };
  const hidden = listPythons(machine, platform).find(({ pid }) => pid === 120);
  assert.equal(hidden?.hindrance?.fault, "denied");
  assert.equal(hidden?.user, 18);
});

Deno.test("users with the same last part of their SIDs have numbers of their own", () => {
  const machine = createMachine(() => helper);
  const users = [100, 104, 108, 112, 116].map((pid) => machine.user(pid));
  assert.deepEqual(users, [1001, 1001, 1002, 18, undefined]);
  assert.equal(machine.userName(1001), String.raw`D0\u1001`);
  assert.equal(machine.userName(1002), String.raw`D7\u1001`);
  assert.equal(machine.userName(5), "5");
});

Deno.test("the helper's library is written once, and again when it is not what it was", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const bytes = new TextEncoder().encode("library");
    const path = keepLibrary(bytes, `${folder}/kept`);
    assert.deepEqual(Deno.readFileSync(path), bytes);
    Deno.utimeSync(path, 1, 1);
    assert.equal(keepLibrary(bytes, `${folder}/kept`), path);
    assert.equal(Deno.statSync(path).mtime?.getTime(), 1000, "it was left as it is");
    Deno.writeFileSync(path, new TextEncoder().encode("another"));
    assert.equal(keepLibrary(bytes, `${folder}/kept`), path);
    assert.deepEqual(Deno.readFileSync(path), bytes);
    assert.notEqual(keepLibrary(new Uint8Array(3), `${folder}/kept`), path);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
