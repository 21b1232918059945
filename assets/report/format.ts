/**
 * What a report carries inside, written by `src/report/`, read by the page: what all is called, the tree
 * of calls with its samples, and, where that is large, a small tree to be seen while it is unpacked. Each
 * of these parts is a JSON header and columns of small integers, one after the other, deflated and in
 * base64.
 */

import type { Bias } from "../../src/analysis/control.ts";
import type { Trust } from "../../src/analysis/trust.ts";
import type { Metadata, Summary } from "../../src/profile/metadata.ts";
import type { Quality } from "../../src/profile/quality.ts";

/** What a package is to the program. */
export type PackageKind = "project" | "library" | "stdlib" | "interpreter";

export interface PackageEntry {
  readonly name: string;
  readonly kind: PackageKind;
}

export interface FileEntry {
  /** As the target gives it. */
  readonly path: string;
  /** The shortest ending of the path that tells it from the others. */
  readonly short: string;
  /** Index of {@link ReportHeader.packages}. */
  readonly package: number;
}

export interface ThreadEntry {
  /** The operating system's id; 0 when not known. */
  readonly tid: number;
  readonly name: string;
  readonly main: boolean;
  readonly interpreter: number;
  /** Index of {@link ReportHeader.processes}; absent where there is one. */
  readonly process?: number;
}

/** Lines of one file, as far as they matter. */
export interface SourceEntry {
  /** Index of {@link ReportHeader.files}. */
  readonly file: number;
  /**
   * `changed`: the file is not the one that ran, so lines may not fit. `unproven`: it was read later, and
   * the recording does not tell what it was like.
   */
  readonly state: "read" | "changed" | "unproven" | "missing";
  /** Pieces of the file in order: the first line's number and the text. */
  readonly pieces: readonly (readonly [line: number, text: string])[];
  /**
   * What to colour in each piece: three numbers for each coloured text, how far it begins behind the end
   * of the one before, its length, and an index of {@link TOKEN_KINDS}. Absent: nothing.
   */
  readonly tokens?: readonly (readonly number[])[];
}

/** Kinds of coloured text, which are also classes of the style. */
export const TOKEN_KINDS = ["kw", "str", "com", "num", "def", "meta"] as const;

/** Something about a capture that its reader has to know. */
export interface Note {
  /** `loud` takes the calm out of the line at the top. */
  readonly level: "calm" | "loud";
  readonly text: string;
}

/** How the capture went. */
export interface Facts {
  readonly metadata: Metadata;
  readonly summary: Summary;
  readonly quality: Quality;
  readonly trust: Trust;
  readonly bias: Bias;
  /** How many independent samples all samples are worth. */
  readonly independent: number;
  readonly notes: readonly Note[];
}

/** Counts of each thread in each slice of time, besides its samples. */
export const STATES = ["gil", "cpu", "waiting", "exception", "gc"] as const;
export type State = typeof STATES[number];

/** The profile that a report compares its own with. */
export interface BaseHeader {
  readonly facts: Facts;
  readonly threads: readonly ThreadEntry[];
  /** Groups of its samples: the last ones. */
  readonly groups: number;
  /** What its times are multiplied with to be as long as those of the report; 0: no times are known. */
  readonly stretch: number;
}

export interface ReportHeader {
  readonly facts: Facts;
  readonly packages: readonly PackageEntry[];
  readonly files: readonly FileEntry[];
  readonly threads: readonly ThreadEntry[];
  /** Pid and command line of each process; none where there is one. */
  readonly processes: readonly string[];
  readonly sources: readonly SourceEntry[];
  /** Functions that stand for tasks. */
  readonly tasks: readonly number[];
  /** Names of functions. */
  readonly names: readonly string[];
  /** Names of the opcodes that were recorded. */
  readonly opcodes: readonly (readonly [opcode: number, name: string])[];
  /** Length of a slice of time, µs; 0 when no time line was kept and all is in one slice. */
  readonly sliceUs: number;
  readonly slices: number;
  /** Which states of threads are known. */
  readonly states: readonly State[];
  /** Absent: nothing is compared. */
  readonly base?: BaseHeader;
}

/** What every part has at its beginning. */
export interface PartHeader {
  /** Number of values in each of its columns, in their order. */
  readonly lengths: readonly number[];
}

/**
 * Columns of the names. Functions: file, name, first line, kind (an index of `FRAME_KINDS`). Places:
 * function, line, and opcode and 1, or 0 where none was recorded. Worths, where profiles are compared, of
 * each function: how much of their samples those of the function are worth, in thousandths: own and all
 * now, own and all before.
 */
export const NAME_COLUMNS = [
  "functionFile",
  "functionName",
  "functionLine",
  "functionKind",
  "placeFunction",
  "placeLine",
  "placeOpcode",
  "functionWorths",
] as const;

/**
 * Columns of a tree. Nodes, each after its caller and before its caller's next: how many levels it lies
 * above a child of the node before it, and its place. Groups of samples, by thread and slice: thread,
 * slice, number of entries, samples, the states' counts. Entries: node, as the difference to the one
 * before in its group, and count.
 */
export const TREE_COLUMNS = [
  "nodeUp",
  "nodePlace",
  "groupThread",
  "groupSlice",
  "groupEntries",
  "groupSamples",
  "groupStates",
  "entryNode",
  "entryCount",
] as const;

export type NameColumn = typeof NAME_COLUMNS[number];
export type TreeColumn = typeof TREE_COLUMNS[number];

/** Columns as they are read. */
export type Columns<Name extends string> = Readonly<Record<Name, Int32Array>>;
