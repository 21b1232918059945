/** Files that are of use while they are open, and for nobody else. */

import { joinPath } from "./destination.ts";
import { WriteFailure, writing } from "./write_failure.ts";

/** An open file without a name. */
export class UnnamedFile {
  end = 0;

  constructor(
    readonly path: string,
    readonly file: Deno.FsFile,
    readonly release: () => void,
  ) {}

  append(bytes: Uint8Array): void {
    writing(this.path, () => {
      this.file.seekSync(this.end, Deno.SeekMode.Start);
      for (let at = 0; at < bytes.length;) at += this.file.writeSync(bytes.subarray(at));
    });
    this.end += bytes.length;
  }

  read(from: number, piece: Uint8Array): Uint8Array {
    this.file.seekSync(from, Deno.SeekMode.Start);
    for (let at = 0; at < piece.length;) {
      const got = this.file.readSync(piece.subarray(at));
      if (got === null) throw new WriteFailure(this.path, new Error("the file became shorter"));
      at += got;
    }
    return piece;
  }

  close(): void {
    this.file.close();
    this.release();
  }
}

/**
 * Opens a new file, with a name that nobody can foresee, which it loses at once where the system allows
 * it: nothing is left behind, however we end.
 * @param stem how its name begins.
 * @param fallback directory for the file if the one for temporary files cannot be written to.
 */
export function openUnnamed(stem: string, fallback: string): UnnamedFile {
  const name = `${stem}-${crypto.randomUUID()}.tmp`;
  const first = joinPath(temporaryDirectory(), name);
  try {
    return openNew(first);
  } catch {
    const second = joinPath(fallback, `.${name}`);
    return writing(second, () => openNew(second));
  }
}

function openNew(path: string): UnnamedFile {
  // createNew: never through a link that somebody put there.
  const file = Deno.openSync(path, { read: true, write: true, createNew: true, mode: 0o600 });
  const remove = (): void => Deno.removeSync(path);
  try {
    remove();
    return new UnnamedFile(path, file, () => {});
  } catch {
    // Windows keeps the name of an open file.
    globalThis.addEventListener("unload", remove);
    return new UnnamedFile(path, file, () => {
      globalThis.removeEventListener("unload", remove);
      remove();
    });
  }
}

function temporaryDirectory(): string {
  for (const name of ["TMPDIR", "TMP", "TEMP"]) {
    const directory = Deno.env.get(name);
    if (directory !== undefined && directory !== "") return directory;
  }
  return Deno.build.os === "windows" ? "." : "/tmp";
}
