import { gunzipSync } from "node:zlib";

/** A regular file inside a tar archive. */
export interface ArchivedFile {
  /** Path as the archive names it, with `/` between its parts. */
  readonly path: string;
  readonly executable: boolean;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;
const REGULAR = "0";
const GLOBAL_HEADER = "g";
const EXTENDED_HEADER = "x";
const decoder = new TextDecoder();

/**
 * Yields the regular files of a `.tar.gz` in order (POSIX.1-2001 pax interchange format; the fields
 * that npm's tarballs use). Not every machine that has npm has a `tar` program.
 * @throws if the archive is cut off or holds anything but plain files under relative paths.
 */
export function* readArchive(compressed: Uint8Array): Generator<ArchivedFile> {
  const archive = gunzipSync(compressed);
  let longPath: string | undefined;
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    if (header[0] === 0) return;
    const size = parseInt(field(header, 124, 12), 8);
    const bytes = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (!(bytes.length === size)) throw new Error("The archive is cut off.");
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;

    const type = field(header, 156, 1) || REGULAR;
    if (type === GLOBAL_HEADER) continue;
    if (type === EXTENDED_HEADER) {
      longPath = /^\d+ path=(.*)$/m.exec(decoder.decode(bytes))?.[1];
      continue;
    }
    const path = longPath ?? [field(header, 345, 155), field(header, 0, 100)]
      .filter((part) => part !== "").join("/");
    longPath = undefined;
    if (type !== REGULAR || path.startsWith("/") || path.split("/").includes("..")) {
      throw new Error(`The archive holds something other than a plain file: ${path}`);
    }
    yield { path, executable: (parseInt(field(header, 100, 8), 8) & 0o100) !== 0, bytes };
  }
  throw new Error("The archive is cut off.");
}

function field(header: Uint8Array, start: number, length: number): string {
  const bytes = header.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end)).trim();
}
