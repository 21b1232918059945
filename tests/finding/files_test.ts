import assert from "node:assert/strict";
import { findSymbol } from "../../ffi/linux/elf_symbols.ts";
import { readElfInMemory } from "../../ffi/linux/elf_memory.ts";
import type { Address } from "../../ffi/process.ts";
import { findRuntime } from "../../src/cpython/runtime.ts";
import type { Python } from "../../scripts/pythons.ts";
import { open, read, report, Target } from "../ffi/targets.ts";
import { supportedPythons } from "../pythons.ts";
import { withHost } from "./host.ts";
import { find, findAll, homeOf, PROGRAM, told } from "./subjects.ts";

const pythons = await supportedPythons("FINDING PYTHON");

/** Does something to a copy of an interpreter's executable, named so that it tells nothing. */
async function withCopy(
  python: Python,
  work: (path: string, start: () => Target) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/server`;
  await Deno.copyFile(python.path, path);
  const PYTHONHOME = await homeOf(python);
  try {
    await work(path, () => new Target(path, ["-c", PROGRAM], { PYTHONHOME }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("an interpreter is found when its executable has another name", async (test) => {
  for (const python of pythons) {
    await test.step(python.version, () =>
      withCopy(python, async (_path, start) => {
        await using target = start();
        const expected = await told(target);
        using process = open(target.pid);
        assert.deepEqual(findAll(process), expected);
      }));
  }
});

Deno.test("an interpreter is found when its executable is deleted, or replaced by another version's", async (test) => {
  for (const [index, python] of pythons.entries()) {
    const other = pythons[(index + 1) % pythons.length]!;
    await test.step(python.version, () =>
      withCopy(python, async (path, start) => {
        await using target = start();
        const expected = await told(target);
        await Deno.remove(path);
        using process = open(target.pid);
        assert.deepEqual(findAll(process), expected);
        await Deno.copyFile(other.path, path);
        using again = open(target.pid);
        assert.deepEqual(findAll(again), expected);
      }));
  }
});

/** Takes the section table from an ELF file, as `sstrip` does. */
function stripSections(path: string): void {
  using file = Deno.openSync(path, { read: true, write: true });
  const header = new Uint8Array(64);
  file.readSync(header);
  header.fill(0, 40, 48);
  header.fill(0, 60, 64);
  file.seekSync(0, Deno.SeekMode.Start);
  file.writeSync(header);
}

Deno.test("an interpreter is found when its executable has no sections, and no names either", async (test) => {
  const inOneFile: Python[] = [];
  for (const python of pythons) {
    await using target = new Target(python.path, ["-c", PROGRAM]);
    const expected = await told(target);
    using process = open(target.pid);
    if (process.modules()[0]?.symbol("_PyRuntime") === undefined) continue;
    assert.deepEqual(findAll(process), expected);
    inOneFile.push(python);
  }
  if (inOneFile.length === 0) report("no Python here has its interpreter in the executable");
  for (const python of inOneFile) {
    await test.step(python.version, () =>
      withCopy(python, async (path, start) => {
        stripSections(path);
        {
          await using target = start();
          const expected = await told(target);
          using process = open(target.pid);
          assert.equal(process.modules()[0]?.section("PyRuntime"), undefined);
          assert.deepEqual(findAll(process), expected);
        }
        if (Number(python.minor.slice(2)) < 13) return;
        const bytes = await Deno.readFile(path);
        const at = new TextDecoder("latin1").decode(bytes).indexOf("\0_PyRuntime\0");
        assert(at > 0);
        bytes.set(new TextEncoder().encode("_Nameless_"), at + 1);
        await Deno.remove(path);
        await Deno.writeFile(path, bytes, { mode: 0o755 });
        await using target = start();
        const expected = await told(target);
        using process = open(target.pid);
        assert.equal(process.modules()[0]?.symbol("_PyRuntime"), undefined);
        assert.deepEqual(findRuntime(process, false), { fault: "not-python", detail: path });
        assert.deepEqual(findAll(process), expected);
      }));
  }
});

Deno.test("symbols read from memory are those of the file", async (test) => {
  for (const python of pythons) {
    await test.step(python.version, async () => {
      await using target = new Target(python.path, ["-c", PROGRAM]);
      await told(target);
      using process = open(target.pid);
      const { address } = find(process);
      const memory = (at: Address, length: number): Uint8Array | undefined => {
        const { result, bytes } = read(process, [[at, length]]);
        return result === length ? bytes : undefined;
      };
      const found = process.modules().flatMap((module) => {
        const image = readElfInMemory(module.start, memory);
        const symbol = image && findSymbol(image.source, image.elf, "_PyRuntime");
        if (image === undefined || symbol === undefined) return [];
        return [symbol.address + (image.elf.fixed ? 0 : module.start)];
      });
      assert.deepEqual(found, [address]);
    });
  }
});

Deno.test("an interpreter is found in a program that has loaded it as a library of any name, and deleted it", async () => {
  for (const name of ["libpython3.so.1.0", "libengine.so"]) {
    await withHost(pythons, name, async (library, command, env) => {
      await using target = new Target(command[0]!, command.slice(1), env);
      const expected = await told(target);
      {
        using process = open(target.pid);
        assert.deepEqual(findAll(process), expected, name);
      }
      await Deno.remove(library);
      using process = open(target.pid);
      assert.deepEqual(findAll(process), expected, `${name}, deleted`);
    });
  }
});

Deno.test("no interpreter is found in a program that has none", async () => {
  await using target = new Target("sleep", ["60"]);
  using process = open(target.pid);
  const found = findRuntime(process);
  assert("fault" in found && found.fault === "not-python");
  using own = open(Deno.pid);
  assert("fault" in findRuntime(own));
});
