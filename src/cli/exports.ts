/** All outputs of one profile: each collector with its place, driven side by side. */

import {
  type Bytes,
  type Collector,
  NOTHING,
  type OutputFile,
} from "../../collectors/collector.ts";
import {
  type Format,
  type FormatName,
  type FormatOptions,
  FORMATS,
} from "../../collectors/registry.ts";
import type { CallTable } from "../profile/call_table.ts";
import type { Summary } from "../profile/metadata.ts";
import type { Profile, SampleBatch } from "../profile/profile.ts";
import {
  type Destination,
  joinPath,
  nameOutput,
  type Origin,
  type OutputRequest,
  type Placed,
  placeOutputs,
} from "./destination.ts";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import { type Fault, isFault, unforeseen } from "./errors.ts";
import { outputEnded } from "./output_faults.ts";
import { report, tell } from "./messages.ts";
import { createWholeSink, type Sink, type Written } from "./output.ts";
import { createDirectorySink, writeDirectory } from "./output_directory.ts";
import { createPartialSink } from "./partial_file.ts";
import { type Gathered, gatherSoFar } from "./snapshot_output.ts";
import { createSpoolStore, type SpoolStore } from "./spool.ts";
import { explainFailure, WriteFailure } from "./write_failure.ts";

/** An output that was written. */
export interface Finished {
  readonly format: FormatName;
  readonly written: Written;
}

/** What came of all outputs. Each that failed was told of when it did. */
export interface Results {
  readonly finished: readonly Finished[];
  readonly failed: readonly Fault[];
}

/** The outputs of one profile. */
export interface Exports {
  readonly usesStdout: boolean;
  /**
   * Begins all outputs. May be called again, to no effect.
   * @param tag what stands in the names of files that were not given one: the pid.
   */
  begin(profile: Profile, tag: string): void;
  add(profile: Profile, batch: SampleBatch): void;
  /** The profile that the outputs are of: that of the capture, or what a filter leaves of it. */
  shown(profile: Profile): Profile;
  /** Bytes of the largest output so far. What a format writes at the end alone is not counted. */
  size(): number;
  /** Whether no output is left that could be written. */
  allFailed(): boolean;
  /**
   * Finishes all outputs, those on disk first.
   * @param follow told the name of each, and how many bytes of it have been made by now.
   */
  finish(
    profile: Profile,
    summary: Summary,
    follow?: (name: string, bytes: number) => void,
  ): Promise<Results>;
  /**
   * Writes what there is so far, beside the outputs, and goes on.
   * @param number stands in the names.
   */
  snapshot(profile: Profile, summary: Summary, number: number): Promise<Results>;
  /** Ends without any output; nothing is left behind. */
  discard(): void;
}

/** An output under way. */
interface Running {
  readonly placed: Placed;
  readonly path: string | undefined;
  readonly collector: Collector;
  readonly sink: Sink;
  readonly store: SpoolStore;
  finish(profile: Profile, summary: Summary, follow: (bytes: number) => void): Promise<
    Written | Fault
  >;
}

/** Prepares outputs: their places are checked now. */
export function prepareExports(
  requests: readonly OutputRequest[],
  options: FormatOptions,
  origin: Origin = { inputs: [] },
): Exports | Fault {
  const places = placeOutputs(requests, origin);
  if ("code" in places) return places;
  let running: Running[] | undefined;
  const failed: Fault[] = [];

  /** One that fails leaves the others alone. */
  function drop(one: Running, error: unknown): void {
    const fault = outputEnded(describeFailure(error), one.sink.remains);
    running = running?.filter((other) => other !== one);
    one.sink.close();
    one.store.close();
    report(fault);
    failed.push(fault);
  }
  function feed(step: (one: Running) => void): void {
    for (const one of running ?? []) {
      try {
        step(one);
      } catch (error) {
        drop(one, error);
      }
    }
  }
  /** A second Ctrl-C ends us in the middle of it. */
  function tellRemains(): void {
    for (const { sink } of running ?? []) {
      if (sink.remains === undefined) continue;
      const shown = escapeForTerminal(sink.remains);
      tell(`what was captured so far is in ${shown}; \`tachyon replay ${shown}\` reads it`);
    }
  }
  function end(): void {
    running = [];
    globalThis.removeEventListener("unload", tellRemains);
  }
  return {
    usesStdout: places.some(({ destination }) => destination.kind === "stdout"),
    begin(profile, tag): void {
      if (running !== undefined) return;
      running = [];
      globalThis.addEventListener("unload", tellRemains);
      for (const placed of places) {
        try {
          running.push(startOne(placed, options, tag, origin.calls));
        } catch (error) {
          const fault = describeFailure(error);
          report(fault);
          failed.push(fault);
        }
      }
      feed(({ collector, sink }) => sink.write(collector.begin(profile.metadata)));
    },
    add(profile, batch): void {
      feed(({ placed, collector, sink }) => {
        if (FORMATS[placed.format].from !== "counts") sink.write(collector.add(profile, batch));
      });
    },
    size: () => Math.max(0, ...(running ?? []).map((one) => one.store.size + (one.sink.size ?? 0))),
    shown: (profile) => profile,
    allFailed: () => places.length > 0 && running?.length === 0,
    async finish(profile, summary, follow): Promise<Results> {
      const finished: Finished[] = [];
      for (const one of [...running ?? []].sort((a, b) => rank(a) - rank(b))) {
        const { placed: { format }, path, sink, store } = one;
        try {
          await one.collector.prepare?.();
          const written = await one.finish(profile, summary, (bytes) => {
            follow?.(path ?? format, bytes);
          });
          if (isWritten(written)) finished.push({ format, written });
          else {
            const fault = outputEnded(written, sink.remains);
            report(fault);
            failed.push(fault);
          }
        } catch (error) {
          drop(one, error);
        }
        store.close();
      }
      end();
      return { finished, failed };
    },
    async snapshot(profile, summary, number): Promise<Results> {
      const all = [...running ?? []];
      await Promise.all(all.map(({ collector }) => collector.prepare?.()));
      // Nothing else runs until all have been asked: they are of one moment.
      const gathered: (Gathered | Fault)[] = all.map((one) => {
        try {
          return gatherSoFar(one, profile, summary, number);
        } catch (error) {
          return describeFailure(error);
        }
      });
      const results: { finished: Finished[]; failed: Fault[] } = { finished: [], failed: [] };
      for (const [i, one] of gathered.entries()) {
        const written = isFault(one) ? one : await one.write().catch(describeFailure);
        if (isWritten(written)) {
          results.finished.push({ format: all[i]!.placed.format, written });
        } else {
          report(written);
          results.failed.push(written);
        }
      }
      return results;
    },
    discard(): void {
      for (const { sink, store } of running ?? []) {
        sink.discard();
        store.close();
      }
      end();
    },
  };
}

function startOne(
  placed: Placed,
  options: FormatOptions,
  tag: string,
  calls: CallTable | undefined,
): Running {
  const { format, form, streams, destination } = placed;
  const path = "directory" in destination
    ? joinPath(destination.directory, destination.name ?? nameOutput(format, form, tag))
    : undefined;
  const store = createSpoolStore("directory" in destination ? destination.directory : ".");
  const name = nameOutput(format, form, tag);
  const shaped = { ...options, ...describeScreen(destination) };
  const collector = calls === undefined
    ? form.create(shaped, store)
    : collectCalls(calls, FORMATS[format], shaped);
  const running = { placed, path, collector, store };
  if (destination.kind === "directory") {
    return {
      ...running,
      sink: createDirectorySink(),
      finish: async (profile, summary, follow) =>
        await writeDirectory(
          path!,
          followFiles(collector.files?.(profile, summary) ?? [], follow),
          form.directory!,
        ),
    };
  }
  const sink = streams && destination.kind === "file"
    ? createPartialSink(destination, name, (taken, used) => {
      tell(
        `${escapeForTerminal(taken)} is there already, perhaps from a capture that was cut ` +
          `short, and is left alone; writing to ${escapeForTerminal(used)}`,
      );
    })
    : createWholeSink(destination, name, store);
  return {
    ...running,
    sink,
    finish: async (profile, summary, follow) =>
      await sink.finish(
        followPieces(collector.finish(profile, summary), follow),
        collector.head?.bind(collector),
      ),
  };
}

/** A table that is there already, in the shape of an output. */
function collectCalls(calls: CallTable, { fromCalls }: Format, options: FormatOptions): Collector {
  return {
    begin: () => NOTHING,
    add: () => NOTHING,
    finish: () => fromCalls?.(calls, options) ?? NOTHING,
  };
}

/** What is on disk is safe; the reader of a pipe may let us wait. */
function rank({ placed, sink }: Running): number {
  if (sink.remains !== undefined) return 0;
  return ["file", "directory", "device", "stdout"].indexOf(placed.destination.kind) + 1;
}

function* followPieces(
  pieces: Bytes,
  follow: (bytes: number) => void,
  before = 0,
): Generator<Uint8Array> {
  let bytes = before;
  for (const piece of pieces) {
    bytes += piece.length;
    follow(bytes);
    yield piece;
  }
}

function* followFiles(
  files: Iterable<OutputFile>,
  follow: (bytes: number) => void,
): Generator<OutputFile> {
  let all = 0;
  for (const { name, bytes } of files) {
    yield {
      name,
      bytes: followPieces(bytes, (written) => follow(all = written), all),
    };
  }
}

function isWritten(written: Written | Fault): written is Written {
  return typeof written !== "object" || !isFault(written);
}

function describeFailure(error: unknown): Fault {
  return error instanceof WriteFailure ? explainFailure(error) : unforeseen(error);
}

/** Colours and width, only where somebody looks at a terminal. */
function describeScreen({ kind }: Destination): { color: boolean; width?: number } {
  if (kind !== "stdout" || !Deno.stdout.isTerminal()) return { color: false };
  const color = (Deno.env.get("NO_COLOR") ?? "") === "" && Deno.env.get("TERM") !== "dumb";
  try {
    return { color, width: Deno.consoleSize().columns };
  } catch {
    return { color };
  }
}
