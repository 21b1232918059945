import type { ArchivedFile } from "./archive.ts";

const BLOCK = 512;
const encoder = new TextEncoder();

/**
 * A tar archive of plain files (POSIX.1-1988 ustar), always the same for the same files: it has no
 * times and no owners.
 */
export function writeArchive(files: readonly ArchivedFile[]): Uint8Array<ArrayBuffer> {
  const sizes = files.map(({ bytes }) => BLOCK + Math.ceil(bytes.length / BLOCK) * BLOCK);
  const archive = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0) + 2 * BLOCK);
  let at = 0;
  for (const [index, file] of files.entries()) {
    archive.set(writeHeader(file), at);
    archive.set(file.bytes, at + BLOCK);
    at += sizes[index]!;
  }
  return archive;
}

function writeHeader({ path, executable, bytes }: ArchivedFile): Uint8Array {
  if (encoder.encode(path).length > 100) throw new Error(`Too long for the archive: ${path}`);
  const header = new Uint8Array(BLOCK);
  const put = (text: string, at: number): void => header.set(encoder.encode(text), at);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");
  put(path, 0);
  put(octal(executable ? 0o755 : 0o644, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(bytes.length, 11), 124);
  put(octal(0, 11), 136);
  // The sum is made with blanks in its own place.
  put(" ".repeat(8), 148);
  put("0", 156);
  put("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(`${octal(sum, 6)}\0 `, 148);
  return header;
}
