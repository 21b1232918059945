/** Reads the stacks of all threads of a process that does not move, with what `src/cpython/` offers. */
import { createLoops } from "../../ffi/helper/loops.ts";
import assert from "node:assert/strict";
import type { Process } from "../../ffi/process.ts";
import { CodeTable } from "../../src/cpython/code_table.ts";
import { EdgeTable } from "../../src/cpython/edge_table.ts";
import { describePlace } from "../../src/cpython/frame_description.ts";
import { findRuntime, type Runtime } from "../../src/cpython/runtime.ts";
import { listThreads, type ThreadState } from "../../src/cpython/thread_list.ts";
import { BROKEN } from "../../src/cpython/snapshot_status.ts";
import { Snapshot } from "../../src/cpython/snapshot.ts";
import { OPEN, STRICT } from "../../src/cpython/policy.ts";
import { ThreadCopy } from "../../src/cpython/thread_copy.ts";

/** A frame as people see it: file, qualified name, line, end line, column, end column. */
export type Place = readonly [string, string, number, number, number, number];

/** What was found of one thread. */
export interface Found {
  readonly state: ThreadState;
  /** The status of the reading. */
  readonly status: number;
  /** Root first. */
  readonly frames: readonly Place[];
  /** Frames that are not to be shown. */
  readonly hidden: number;
}

/** The interpreter of a process that surely has one. */
export function runtimeOf(process: Process): Runtime {
  const runtime = findRuntime(process);
  assert(!("fault" in runtime), JSON.stringify(runtime));
  return runtime;
}

/** What a capture holds of its target; threads share tables, as they do in the sampler. */
export class Reading {
  readonly codeTable: CodeTable;
  readonly edges = new EdgeTable();
  readonly #snapshots = new Map<number, Snapshot>();

  constructor(readonly runtime: Runtime) {
    this.codeTable = new CodeTable(runtime.reader, runtime.layout);
  }

  snapshot(state: ThreadState): Snapshot {
    const known = this.#snapshots.get(state.address);
    if (known !== undefined) return known;
    const copy = new ThreadCopy(this.runtime, state);
    const snapshot = new Snapshot(copy, this.codeTable, this.edges, createLoops());
    this.#snapshots.set(state.address, snapshot);
    return snapshot;
  }

  /** Reads every thread once. */
  all(): Found[] {
    return listThreads(this.runtime).map((state) => this.take(state));
  }

  /** Reads a thread until its calls are learned, and no more code objects are looked at again. */
  settle(state: ThreadState): void {
    const snapshot = this.snapshot(state);
    for (let again = 0; again < 200; again++) {
      snapshot.take(OPEN, true);
      snapshot.learn();
    }
  }

  /** @param strict calls that were never learned make a stack torn. */
  take(state: ThreadState, strict = false): Found {
    const snapshot = this.snapshot(state);
    let status = snapshot.take(strict ? STRICT : OPEN, true);
    // Before 3.15 a root has to be met twice.
    if (status === BROKEN) status = snapshot.take(strict ? STRICT : OPEN, true);
    const frames: Place[] = [];
    for (let depth = 0; depth < snapshot.path.depth; depth++) {
      const { code, location } = describePlace(this.codeTable, snapshot.path.places[depth]!);
      const { line, endLine, column, endColumn } = location;
      frames.push([code.file, code.name, line, endLine, column, endColumn]);
    }
    return { state, status, frames, hidden: this.codeTable.internal >= 0 ? 1 : 0 };
  }
}
