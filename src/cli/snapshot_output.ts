/** What one output has so far, written beside it while the capture goes on. */

import type { Collector } from "../../collectors/collector.ts";
import type { Summary } from "../profile/metadata.ts";
import type { Profile } from "../profile/profile.ts";
import { baseName } from "../analysis/places.ts";
import { joinPath, type Placed } from "./destination.ts";
import type { Fault } from "./errors.ts";
import { replaceFile, type Sink, writeDevice, type Written } from "./output.ts";
import { writeDirectory } from "./output_directory.ts";
import { copyRecording } from "./recording_copy.ts";
import { noSnapshotOf } from "./snapshot_faults.ts";
import { createSpoolStore } from "./spool.ts";
import { explainFailure, isClosed } from "./write_failure.ts";
import { writePieces } from "./write_pieces.ts";

/** An output that goes on. */
export interface Ongoing {
  readonly placed: Placed;
  readonly path: string | undefined;
  readonly collector: Collector;
  readonly sink: Sink;
}

/** What there was of an output at one moment. */
export interface Gathered {
  /** Writes it; the output may have gone on meanwhile. */
  write(): Promise<Written | Fault>;
}

/** Asks an output for what it has, before anything else happens to it. */
export function gatherSoFar(
  { placed: { format, form, destination }, path, collector, sink }: Ongoing,
  profile: Profile,
  summary: Summary,
  number: number,
): Gathered | Fault {
  const place = path === undefined ? undefined : numberPlace(path, form.extension, number);
  const directory = "directory" in destination ? destination.directory : ".";
  if (sink.remains !== undefined) {
    const from = sink.remains;
    return { write: () => copyRecording(from, place!, directory) };
  }
  if (collector.head !== undefined) return noSnapshotOf(format);
  const store = createSpoolStore(directory);
  const keep = (pieces: Iterable<Uint8Array>): Iterable<Uint8Array> => {
    const spool = store.createSpool();
    for (const piece of pieces) spool.append(piece);
    return spool.read();
  };
  if (destination.kind === "directory") {
    const files = [...collector.files?.(profile, summary) ?? []]
      .map(({ name, bytes }) => ({ name, bytes: keep(bytes) }));
    return {
      write: () => writeDirectory(place!, files, form.directory!).finally(() => store.close()),
    };
  }
  const spool = store.createSpool();
  for (const pieces of [sink.soFar?.() ?? [], collector.finish(profile, summary)]) {
    for (const piece of pieces) spool.append(piece);
  }
  return {
    async write(): Promise<Written | Fault> {
      try {
        if (destination.kind === "file") {
          await replaceFile(place!, directory, spool.read());
          return { path: place! };
        }
        if (destination.kind === "device") {
          return await writeDevice(destination.path, spool.read());
        }
        await writePieces(Deno.stdout, spool.read(), "standard output");
        return "stdout";
      } catch (error) {
        return isClosed(error) ? "closed" : explainFailure(error);
      } finally {
        store.close();
      }
    },
  };
}

/** `out.txt` becomes `out.1.txt`. */
function numberPlace(path: string, extension: string, number: number): string {
  const name = baseName(path);
  const directory = path.slice(0, path.length - name.length) || ".";
  const own = `.${extension}`;
  const end = extension !== "" && name.endsWith(own) && name !== own
    ? own
    : /(?<=.)\.[^.]+$/s.exec(name)?.[0] ?? "";
  return joinPath(directory, `${name.slice(0, name.length - end.length)}.${number}${end}`);
}
