/** PE images as they lie in memory: of files, and made up. */
import type { ImageSource } from "../../ffi/windows/pe.ts";

const PAGE = 4096;
const HEADER = 0x80;
const COFF = 24;
const OPTIONAL = 240;
const SECTION = 40;

/** A section of a made-up image: a multiple of pages, behind the one before. */
export interface MadeSection {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly writable: boolean;
}

/** An image to be read, which ends where its bytes end. */
export function sourceOf(image: Uint8Array): ImageSource {
  return { read: (offset, length) => image.slice(offset, offset + length) };
}

/** Lays out a file as Windows would: its headers, and each section at its address. */
export function mapFile(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const header = view.getUint32(60, true);
  const optional = header + COFF;
  const image = new Uint8Array(view.getUint32(optional + 56, true));
  image.set(file.subarray(0, view.getUint32(optional + 60, true)));
  const table = optional + view.getUint16(header + 20, true);
  for (let i = 0; i < view.getUint16(header + 6, true); i++) {
    const [address, size, at] = [12, 16, 20].map((field) =>
      view.getUint32(table + i * SECTION + field, true)
    ) as [number, number, number];
    image.set(file.subarray(at, at + size).subarray(0, image.length - address), address);
  }
  return image;
}

/** Makes an image of sections, with a table of exports behind them. */
export function composeImage(
  sections: readonly MadeSection[],
  exports: Readonly<Record<string, number>> = {},
): Uint8Array<ArrayBuffer> {
  const starts: number[] = [];
  let end = PAGE;
  for (const { bytes } of sections) {
    starts.push(end);
    end += Math.ceil(Math.max(1, bytes.length) / PAGE) * PAGE;
  }
  const table = composeExports(exports, end);
  const image = new Uint8Array(end + Math.ceil(table.length / PAGE) * PAGE);
  const view = new DataView(image.buffer);
  view.setUint16(0, 0x4d5a, false);
  view.setUint32(60, HEADER, true);
  view.setUint32(HEADER, 0x50450000, false);
  view.setUint16(HEADER + 6, sections.length, true);
  view.setUint16(HEADER + 20, OPTIONAL, true);
  const optional = HEADER + COFF;
  view.setUint16(optional, 0x20b, true);
  view.setUint32(optional + 56, image.length, true);
  view.setUint32(optional + 108, 16, true);
  view.setUint32(optional + 112, end, true);
  view.setUint32(optional + 116, table.length, true);
  sections.forEach(({ name, bytes, writable }, i) => {
    const at = optional + OPTIONAL + i * SECTION;
    image.set(new TextEncoder().encode(name.slice(0, 8)), at);
    view.setUint32(at + 8, bytes.length, true);
    view.setUint32(at + 12, starts[i]!, true);
    view.setUint32(at + 36, writable ? 0xc000_0040 : 0x4000_0040, true);
    image.set(bytes, starts[i]!);
  });
  image.set(table, end);
  return image;
}

/** A table of exports that is to lie at an address: 40 bytes, addresses, names, ordinals, texts. */
function composeExports(exports: Readonly<Record<string, number>>, at: number): Uint8Array {
  const names = Object.keys(exports).sort();
  const texts = names.map((name) => new TextEncoder().encode(`${name}\0`));
  const textsAt = 40 + names.length * 10;
  const bytes = new Uint8Array(textsAt + texts.reduce((sum, text) => sum + text.length, 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(20, names.length, true);
  view.setUint32(24, names.length, true);
  view.setUint32(28, at + 40, true);
  view.setUint32(32, at + 40 + names.length * 4, true);
  view.setUint32(36, at + 40 + names.length * 8, true);
  let text = textsAt;
  names.forEach((name, i) => {
    // Ordinals need not be in the order of names.
    const ordinal = names.length - 1 - i;
    view.setUint32(40 + ordinal * 4, exports[name]!, true);
    view.setUint32(40 + names.length * 4 + i * 4, at + text, true);
    view.setUint16(40 + names.length * 8 + i * 2, ordinal, true);
    bytes.set(texts[i]!, text);
    text += texts[i]!.length;
  });
  return bytes;
}
