import assert from "node:assert/strict";
import { readElfInMemory } from "../../ffi/linux/elf_memory.ts";
import { findSymbol } from "../../ffi/linux/elf_symbols.ts";
import { createRandom } from "../../src/sampler/schedule.ts";
import { anyPython, open, read, Target } from "./targets.ts";

const ROUNDS = Number(Deno.env.get("TACHYON_FUZZ") ?? 2000);
const PAGE = 4096;

/** The pages of a process that a search for a symbol touches. */
async function recordPages(): Promise<{ start: number; pages: Map<number, Uint8Array> }> {
  await using target = new Target(await anyPython(), ["-c", "print(flush=True); input()"]);
  await target.line();
  using process = open(target.pid);
  const start = process.modules()[0]!.start;
  const pages = new Map<number, Uint8Array>();
  const image = readElfInMemory(start, (at, length) => {
    const { result, bytes } = read(process, [[at, length]]);
    if (result !== length) return undefined;
    for (let page = at - at % PAGE; page < at + length; page += PAGE) {
      const whole = read(process, [[page, PAGE]]);
      pages.set(page, whole.bytes);
    }
    return bytes;
  });
  assert(image);
  findSymbol(image.source, image.elf, "_PyRuntime");
  return { start, pages };
}

/** What lies at an address, of pages with some bytes bent. */
function readFrom(
  pages: ReadonlyMap<number, Uint8Array>,
  bent: ReadonlyMap<number, number>,
  at: number,
  length: number,
): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length;) {
    const page = at + i - (at + i) % PAGE;
    const content = pages.get(page);
    if (content === undefined) return undefined;
    const from = at + i - page;
    const part = content.subarray(from, Math.min(PAGE, from + length - i));
    bytes.set(part, i);
    i += part.length;
  }
  for (const [address, value] of bent) {
    if (address >= at && address < at + length) bytes[address - at] = value;
  }
  return bytes;
}

Deno.test("a damaged image of a file is read to an end, whatever it says", async () => {
  const { start, pages } = await recordPages();
  const random = createRandom(4711);
  const places = [...pages.keys()];
  let found = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const bent = new Map<number, number>();
    for (let i = 0; i < 1 + round % 8; i++) {
      // Half of the damage is in the headers, which lead to everything.
      const inHeaders = random() < 0.5;
      const page = inHeaders ? start : places[Math.floor(random() * places.length)]!;
      const at = Math.floor(random() * (inHeaders ? 1024 : PAGE));
      bent.set(page + at, Math.floor(random() * 256));
    }
    let asked = 0;
    const image = readElfInMemory(start, (at, length) => {
      asked += length;
      return readFrom(pages, bent, at, length);
    });
    if (image !== undefined && findSymbol(image.source, image.elf, "_PyRuntime")) found++;
    assert(asked < 0x1_0000_0000, `${asked} bytes were asked for`);
  }
  assert(found > 0, "some damage does not matter");
});
