/** An output that is on disk while a capture still runs, so that a crash leaves what came before it. */

import type { Bytes } from "../../collectors/collector.ts";
import { type Destination, joinPath } from "./destination.ts";
import type { Fault } from "./errors.ts";
import { type ByteSink, removeQuietly, type Written } from "./output.ts";
import { writePieces } from "./write_pieces.ts";
import { explainFailure, writing } from "./write_failure.ts";

/** Names that are tried before we give up. */
const MOST_LEFT_BEHIND = 99;

/**
 * A sink that writes `NAME.partial` as bytes come and calls it NAME at the end. Where something stands
 * under that name already, it is left alone: `NAME.partial-2` and so on are tried.
 * @param name of a file that was not given one.
 * @param warn told which name was taken already.
 */
export function createPartialSink(
  destination: Destination & { readonly kind: "file" },
  name: string,
  warn: (taken: string, used: string) => void,
): ByteSink {
  const path = joinPath(destination.directory, destination.name ?? name);
  const { file, partial } = writing(path, () => openPartial(path));
  if (partial !== `${path}.partial`) warn(`${path}.partial`, partial);
  let open = true;
  let size = 0;
  const close = (): void => {
    if (open) file.close();
    open = false;
  };
  const write = (bytes: Bytes): void => {
    for (const piece of bytes) {
      size += piece.length;
      writing(partial, () => {
        for (let at = 0; at < piece.length;) at += file.writeSync(piece.subarray(at));
      });
    }
  };
  return {
    remains: partial,
    get size(): number {
      return size;
    },
    write,
    async finish(rest, head): Promise<Written | Fault> {
      try {
        await writePieces(file, rest, partial);
        if (head !== undefined) {
          writing(partial, () => file.seekSync(0, Deno.SeekMode.Start));
          write([head()]);
        }
        close();
        writing(path, () => Deno.renameSync(partial, path));
        return { path };
      } catch (error) {
        close();
        return explainFailure(error);
      }
    },
    close,
    discard(): void {
      close();
      removeQuietly(partial);
    },
  };
}

function openPartial(path: string): { file: Deno.FsFile; partial: string } {
  for (let number = 1;; number++) {
    const partial = `${path}.partial${number === 1 ? "" : `-${number}`}`;
    try {
      // createNew: never over what is there, never through a link.
      return { file: Deno.openSync(partial, { write: true, createNew: true }), partial };
    } catch (error) {
      const taken = error instanceof Deno.errors.AlreadyExists;
      if (!taken || number >= MOST_LEFT_BEHIND) throw error;
    }
  }
}
