/**
 * How a capture lets itself be found, and tells of its snapshots: a file without a name, which those who
 * may look into our process find among its open files, and which is gone when we are.
 */

import { openUnnamed, type UnnamedFile } from "./unnamed_file.ts";
import { VERSION } from "./version.ts";

/** What stands in the name that the file had. */
export const BEACON = "tachyon-capture";

/** One line of the file. */
export type BeaconLine =
  | { readonly tachyon: string }
  | { readonly begun: number }
  | {
    readonly done: number;
    /** Absolute paths. */
    readonly files: readonly string[];
    /** Sentences. */
    readonly faults: readonly string[];
  };

/** Tells of snapshots. */
export interface Beacon {
  tell(line: BeaconLine): void;
}

/** Lights it. Where no file can be made, a capture can still be sent the signal itself. */
export function lightBeacon(): Beacon {
  let file: UnnamedFile | undefined;
  try {
    file = openUnnamed(BEACON, ".");
  } catch {
    return { tell: () => {} };
  }
  const tell = (line: BeaconLine): void => {
    try {
      file.append(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
    } catch {
      // A full disk; the snapshot counts, and not the word about it.
    }
  };
  tell({ tachyon: VERSION });
  return { tell };
}
