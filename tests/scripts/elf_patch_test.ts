import assert from "node:assert/strict";
import { patchExecutable } from "../../scripts/pythons/elf_patch.ts";

/** A small dynamic executable that every Linux has. */
const executable = Deno.readFileSync("/bin/cat");

Deno.test("patchExecutable gives a copy that runs with the loader and the libraries named in it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const loader = `${folder}/loader.so`;
    const maps = await readMaps("/bin/cat");
    const library = /\S+\/libc\.so\.6$/m.exec(maps)?.[0];
    assert.ok(library !== undefined, "cat uses libc.so.6");
    await Deno.copyFile(interpreterOf(executable), loader);
    await Deno.chmod(loader, 0o755);
    await Deno.copyFile(library, `${folder}/libc.so.6`);
    const copy = `${folder}/copy`;
    await Deno.writeFile(copy, patchExecutable(executable, loader, folder), { mode: 0o755 });
    const mapped = await readMaps(copy);
    assert.ok(mapped.includes(loader), mapped);
    assert.ok(mapped.includes(`${folder}/libc.so.6`), mapped);
    assert.ok(!mapped.includes(library), mapped);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("patchExecutable refuses what is no ELF file and a path that no page has room for", () => {
  const text = new TextEncoder().encode("#!/bin/sh\n".repeat(20));
  assert.throws(() => patchExecutable(text, "/l", "/l"), /not a 64-bit/);
  const long = `/${"x".repeat(5000)}`;
  assert.throws(() => patchExecutable(executable, "/l", long), /no read-only page has room/);
});

/** What is mapped in a process of a program that copies files to stdout. */
async function readMaps(cat: string): Promise<string> {
  const { stdout } = await new Deno.Command(cat, { args: ["/proc/self/maps"] }).output();
  return new TextDecoder().decode(stdout);
}

function interpreterOf(file: Uint8Array): string {
  const text = new TextDecoder("latin1").decode(file.subarray(0, 4096));
  const path = /\/lib[^\0]*\/ld-linux[^\0]*/.exec(text)?.[0];
  assert.ok(path !== undefined, "the executable names its loader");
  return path;
}
