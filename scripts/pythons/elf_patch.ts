const ptLoad = 1;
const ptDynamic = 2;
const ptInterp = 3;
const dtNull = 0;
const dtStrtab = 5;
const dtRpath = 15;
const pageSize = 4096;
const writable = 2;

interface Segment {
  /** Where its program header lies in the file. */
  readonly at: number;
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
}

/**
 * A copy of a dynamically linked 64-bit little-endian ELF executable that uses another loader and
 * looks for libraries in `libraries` first. Nothing moves: the loader's path goes to the file's end,
 * whence the kernel reads it; the library path goes into the unused rest of a mapped page, and its
 * entry into a spare one of the dynamic table. It becomes DT_RPATH, not DT_RUNPATH, which would not
 * hold for the libraries' libraries and for extension modules.
 * (patchelf 0.18.0 makes executables at a fixed address, such as Debian's Python, crash.)
 * @throws if it is another kind of file, or if a page or the table has no room.
 */
export function patchExecutable(
  file: Uint8Array,
  loader: string,
  libraries: string,
): Uint8Array<ArrayBuffer> {
  const loaderText = new TextEncoder().encode(`${loader}\0`);
  const patched = new Uint8Array(file.length + loaderText.length);
  patched.set(file);
  patched.set(loaderText, file.length);
  const view = new DataView(patched.buffer);
  const segments = readSegments(view);
  const interp = segments.find((segment) => segment.type === ptInterp);
  const dynamic = segments.find((segment) => segment.type === ptDynamic);
  if (interp === undefined || dynamic === undefined) throw new Error("not a dynamic executable");
  write64(view, interp.at + 8, file.length);
  write64(view, interp.at + 32, loaderText.length);

  const text = new TextEncoder().encode(`${libraries}\0`);
  const address = placeText(patched, view, segments, text);
  let spare = dynamic.offset;
  let strings: number | undefined;
  for (; read64(view, spare) !== dtNull; spare += 16) {
    if (read64(view, spare) === dtStrtab) strings = read64(view, spare + 8);
  }
  const next = spare + 16;
  if (next + 16 > dynamic.offset + dynamic.fileSize || read64(view, next) !== dtNull) {
    throw new Error("the dynamic table has no spare entry");
  }
  if (strings === undefined || address < strings) {
    throw new Error("no string table before the text");
  }
  write64(view, spare, dtRpath);
  write64(view, spare + 8, address - strings);
  return patched;
}

/** Writes a text behind a read-only segment, in its last page, and returns the text's address. */
function placeText(
  bytes: Uint8Array,
  view: DataView,
  segments: readonly Segment[],
  text: Uint8Array,
): number {
  // behind the last one: the offset from the string table cannot be negative
  for (const segment of segments.toReversed()) {
    if (segment.type !== ptLoad || (segment.flags & writable) !== 0) continue;
    const start = segment.offset + segment.fileSize;
    const end = Math.ceil(start / pageSize) * pageSize;
    const room = bytes.subarray(start, end);
    if (room.length < text.length || room.some((byte) => byte !== 0)) continue;
    bytes.set(text, start);
    write64(view, segment.at + 32, segment.fileSize + text.length);
    write64(view, segment.at + 40, segment.fileSize + text.length);
    return segment.address + segment.fileSize;
  }
  throw new Error("no read-only page has room for the library path; use a shorter folder");
}

function readSegments(view: DataView): Segment[] {
  if (view.getUint32(0) !== 0x7f454c46 || view.getUint16(4) !== 0x0201) {
    throw new Error("not a 64-bit little-endian ELF file");
  }
  const size = view.getUint16(54, true);
  const segments: Segment[] = [];
  for (let index = 0; index < view.getUint16(56, true); index++) {
    const at = read64(view, 32) + index * size;
    segments.push({
      at,
      type: view.getUint32(at, true),
      flags: view.getUint32(at + 4, true),
      offset: read64(view, at + 8),
      address: read64(view, at + 16),
      fileSize: read64(view, at + 32),
    });
  }
  return segments;
}

function read64(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function write64(view: DataView, at: number, value: number): void {
  view.setBigUint64(at, BigInt(value), true);
}
