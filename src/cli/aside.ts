/** What a program prints while the terminal belongs to a live screen: kept in files, which never block it. */

import type { Printed } from "../live/scene.ts";
import { splitLines } from "../report/sources.ts";

/** A file that has grown beyond this is emptied but for its end: a program may print for ever. */
const MOST_KEPT = 64 << 20;
/** How much of its end is looked at for the last line, and printed to a terminal in the end. */
const TAIL = 4096;
const MOST_SHOWN = 64 << 10;
const PIECE = 64 << 10;

/** Files for what a program prints. */
export interface Aside {
  /** Where the program is to write; both are opened for appending. */
  readonly stdout: string;
  readonly stderr: string;
  /** What has been printed so far. */
  look(): Printed;
  /** Prints all of it where it belongs and removes the files. */
  print(): void;
}

/** Makes the files, with names that nobody can foresee. However we end, they are printed and removed. */
export function createAside(): Aside {
  const kept = [keep(Deno.stdout), keep(Deno.stderr)] as const;
  const names = ["standard output", "standard error"] as const;
  function print(): void {
    globalThis.removeEventListener("unload", print);
    for (const one of kept) one.print();
  }
  globalThis.addEventListener("unload", print);
  return {
    stdout: kept[0].path,
    stderr: kept[1].path,
    look(): Printed {
      const looks = kept.map((one) => one.look());
      return {
        bytes: looks.reduce((sum, { bytes }) => sum + bytes, 0),
        last: looks.findLast(({ last }) => last !== "")?.last ?? "",
        tail: (count) =>
          kept.map((one, i) => ({ name: names[i]!, lines: one.tail(count) }))
            .filter(({ lines }) => lines.length > 0),
      };
    },
    print,
  };
}

function keep(stream: typeof Deno.stdout | typeof Deno.stderr): {
  readonly path: string;
  look(): { bytes: number; last: string };
  tail(lines: number): string[];
  print(): void;
} {
  const path = Deno.makeTempFileSync({ prefix: "tachyon-" });
  const file = Deno.openSync(path, { read: true, write: true });
  /** Bytes that stand no more in the file, and the end of them. */
  let emptied = 0;
  let kept: Uint8Array = new Uint8Array(0);
  /** The last of what was printed. */
  function readEnd(length: number): Uint8Array {
    const { size } = file.statSync();
    const end = readFrom(file, Math.max(0, size - length), length);
    return end.length === length ? end : joinBytes(kept, end).slice(-length);
  }
  return {
    path,
    look(): { bytes: number; last: string } {
      let { size } = file.statSync();
      if (size > MOST_KEPT) {
        kept = readEnd(MOST_SHOWN);
        // The program appends, so it goes on at the new end.
        file.truncateSync(0);
        emptied += size;
        size = 0;
      }
      const last = splitLines(new TextDecoder().decode(readEnd(TAIL))).findLast((line) =>
        line.trim() !== ""
      );
      return { bytes: emptied + size, last: last ?? "" };
    },
    tail(lines): string[] {
      const end = readEnd(MOST_SHOWN);
      const all = splitLines(new TextDecoder().decode(end));
      if (all.at(-1) === "") all.pop();
      // The first line may have lost its beginning.
      return all.slice(end.length === MOST_SHOWN ? 1 : 0).slice(-lines);
    },
    print(): void {
      const { size } = file.statSync();
      const from = stream.isTerminal() ? Math.max(0, size - MOST_SHOWN) : 0;
      const room = stream.isTerminal() ? Math.max(0, MOST_SHOWN - size) : kept.length;
      const before = kept.subarray(Math.max(0, kept.length - room));
      const left = emptied - before.length + from;
      if (left > 0) {
        write(stream, new TextEncoder().encode(`… ${left} bytes that it printed before …\n`));
      }
      write(stream, before);
      for (let at = from; at < size;) {
        const piece = readFrom(file, at, PIECE);
        if (piece.length === 0 || !write(stream, piece)) break;
        at += piece.length;
      }
      file.close();
      Deno.removeSync(path);
    },
  };
}

function joinBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

function readFrom(file: Deno.FsFile, from: number, length: number): Uint8Array {
  file.seekSync(from, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, file.readSync(bytes) ?? 0);
}

/** False when nobody reads any more. */
function write(stream: typeof Deno.stdout | typeof Deno.stderr, bytes: Uint8Array): boolean {
  try {
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
    return true;
  } catch {
    return false;
  }
}
