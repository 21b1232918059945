import assert from "node:assert/strict";
import type { Module, Process, Span } from "../../ffi/process.ts";
import { open, pythonsWith, read, report, Target } from "./targets.ts";

const MINORS = ["3.13", "3.14", "3.15"];
const SLEEP = await Deno.realPath(
  new TextDecoder().decode(
    (await new Deno.Command("sh", { args: ["-c", "command -v sleep"] }).output()).stdout,
  ).trim(),
);

/** Says what the interpreter holds itself to be, then waits. */
const PROGRAM = `
import sys
print(sys.hexversion, flush=True)
sys.stdin.readline()
`;

function findIn(process: Process, find: (module: Module) => Span | undefined): Span | undefined {
  for (const module of process.modules()) {
    const span = find(module);
    if (span !== undefined) return span;
  }
  return undefined;
}

function textOf(process: Process, span: Span): string {
  return new TextDecoder().decode(read(process, [[span.address, 8]]).bytes);
}

Deno.test("modules lead to the runtime of every Python found", async (test) => {
  for (const python of await pythonsWith(MINORS)) {
    const minor = Number(python.minor.split(".")[1]);
    if (minor < 8) continue; // there is no layout for these
    await test.step(`${python.version} ${python.path}`, async () => {
      await using target = new Target(python.path, ["-I", "-c", PROGRAM]);
      const hexVersion = Number(await target.line());
      using process = open(target.pid);
      const modules = process.modules();
      assert.equal(modules[0]?.path, await Deno.realPath(python.path));
      assert.equal(new Set(modules.map((module) => module.path)).size, modules.length);
      const symbol = findIn(process, (module) => module.symbol("_PyRuntime"));
      assert(symbol !== undefined && symbol.size > 600);
      const section = findIn(process, (module) => module.section("PyRuntime"));
      // CPython 3.10 has given the runtime a section of its own.
      assert.equal(section?.address, minor >= 10 ? symbol.address : undefined);
      const version = findIn(process, (module) => module.symbol("Py_Version"));
      if (minor >= 11) {
        assert(version);
        const { bytes } = read(process, [[version.address, 4]]);
        assert.equal(new DataView(bytes.buffer).getUint32(0, true), hexVersion);
      }
      // The debug offsets begin with this cookie since CPython 3.13.
      if (minor >= 13) assert.equal(textOf(process, symbol), "xdebugpy");
      assert.equal(findIn(process, (module) => module.symbol("no_such_symbol")), undefined);
      assert.equal(findIn(process, (module) => module.section("no_such_section")), undefined);
    });
  }
});

Deno.test("modules give addresses and contents that agree when they are asked twice", async () => {
  await using target = await startSleep(SLEEP);
  using process = open(target.pid);
  const first = process.modules();
  const section = first[0]?.section("rodata");
  const again = process.modules();
  assert.deepEqual(again.map((module) => module.start), first.map((module) => module.start));
  assert.deepEqual(again[0]?.section("rodata"), section);
  assert(section !== undefined && section.size > 0);
  const file = await Deno.readFile(SLEEP);
  const found = read(process, [[section.address, 64]]).bytes;
  assert.ok(indexOfBytes(file, found) > 0, "what is in memory stands in the file");
});

Deno.test("modules find the executable when its name is odd", async (test) => {
  const folder = await Deno.makeTempDir();
  for (const name of ["a  b", "line\nfeed", "back\\012slash", "x (deleted)", "tab\t", "ü\u2028ü"]) {
    await test.step(JSON.stringify(name), async () => {
      await Deno.copyFile(SLEEP, `${folder}/${name}`);
      await using target = await startSleep(`${folder}/${name}`);
      await checkExecutable(target.pid);
    });
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("modules find the executable when it is deleted or replaced", async (test) => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/program`;
  const changes: Record<string, () => Promise<unknown>> = {
    deleted: () => Deno.remove(path),
    "replaced by another program": async () => {
      await Deno.copyFile(Deno.execPath(), `${path}.new`);
      await Deno.rename(`${path}.new`, path);
    },
    "replaced by a pipe": async () => {
      await Deno.remove(path);
      await new Deno.Command("mkfifo", { args: [path] }).output();
    },
  };
  for (const [name, change] of Object.entries(changes)) {
    await test.step(name, async () => {
      await Deno.remove(path).catch(() => {});
      await Deno.copyFile(SLEEP, path);
      await using target = await startSleep(path);
      await change();
      await checkExecutable(target.pid);
      using process = open(target.pid);
      assert.equal(process.modules()[0]?.path, path);
    });
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("modules find the executable when only the target's mount namespace has it", async () => {
  const script = `mount -t tmpfs none /mnt && cp '${SLEEP}' /mnt/only-here &&
    echo ready && exec /mnt/only-here 60`;
  await using target = new Target("unshare", [...UNSHARED, "--mount", "sh", "-c", script]);
  if (await target.line() !== "ready") return report("no mount namespace may be made here");
  await checkExecutable(target.pid);
  using process = open(target.pid);
  assert.equal(process.modules()[0]?.path, "/mnt/only-here");
});

Deno.test("modules find every file when the target is chrooted", async () => {
  const root = await Deno.makeTempDir();
  const listed = await new Deno.Command("ldd", { args: [SLEEP] }).output();
  const libraries = new TextDecoder().decode(listed.stdout).match(/\/\S+/g) ?? [];
  for (const file of [SLEEP, ...libraries]) {
    await Deno.mkdir(`${root}${file}`.replace(/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(file, `${root}${file}`);
  }
  await using target = new Target("unshare", [...UNSHARED, "--root", root, SLEEP, "60"]);
  await waitForSleep(target.pid);
  await checkExecutable(target.pid);
  using process = open(target.pid);
  const files = process.modules();
  assert.ok(files.length >= 2);
  for (const module of files) assert(module.section("rodata"), module.path);
  await Deno.remove(root, { recursive: true });
});

/** Without root a namespace needs a user namespace around it. */
const UNSHARED = Deno.uid() === 0 ? [] : ["--user", "--map-root-user"];

/** A sleep that has got as far as its own code. */
async function startSleep(path: string): Promise<Target> {
  const target = new Target(path, ["60"]);
  await waitForSleep(target.pid);
  return target;
}

async function waitForSleep(pid: number): Promise<void> {
  const place = (): string => Deno.readTextFileSync(`/proc/${pid}/wchan`);
  for (let round = 0; round < 1000 && !place().includes("nanosleep"); round++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The first module is a copy of sleep: its read-only data lie where the module says. */
async function checkExecutable(pid: number): Promise<void> {
  await waitForSleep(pid);
  using process = open(pid);
  const section = process.modules()[0]?.section("rodata");
  assert(section, "the file was not found");
  const found = read(process, [[section.address, 64]]).bytes;
  assert.ok(indexOfBytes(await Deno.readFile(SLEEP), found) > 0);
}

function indexOfBytes(all: Uint8Array, part: Uint8Array): number {
  const text = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);
  return text(all).indexOf(text(part));
}
