/** Captures of programs that start others, held against what these say of themselves. */

import assert from "node:assert/strict";
import { inTemporary } from "../cli/command.ts";
import { runTachyon, SUBJECTS } from "../e2e/subjects.ts";
import { readTruth, type Row, TREE, type Truth } from "./truth.ts";

/** What was captured, and what was so. */
export interface Captured {
  readonly rows: readonly Row[];
  readonly truth: readonly Truth[];
  readonly stderr: string;
  /** All that the `json` output has. */
  readonly json: {
    readonly samples: number;
    readonly threads: readonly { readonly process: number; readonly samples: number }[];
  };
}

/** Runs the program of trees under `run --subprocesses`. */
export async function captureTree(
  python: string,
  work: readonly string[],
  options: readonly string[] = ["--mode", "cpu"],
): Promise<Captured> {
  let captured: Captured | undefined;
  await inTemporary(async (directory) => {
    const out = `${directory}/capture.json`;
    const named = work.map((one) => one.replace("DONE", `${directory}/done`));
    const { status, stdout, stderr } = await runTachyon(SUBJECTS[0]!, [
      ...["run", "--subprocesses", ...options, "-o", `json:${out}`, "--python", python],
      ...[TREE, ...named],
    ]);
    assert.equal(status, 0, stderr);
    const json = JSON.parse(await Deno.readTextFile(out));
    captured = { rows: json.processes, truth: readTruth(stdout), stderr, json };
  });
  return captured!;
}

/** The row of the process that said something; one that did so from another Python if it says which. */
export function rowOf({ rows }: Captured, { pid }: Truth, version = ""): Row {
  const found = rows.filter((row) => row.pid === pid && row.python_version.startsWith(version));
  assert.equal(found.length, 1, `${pid} ${version} in ${JSON.stringify(rows)}`);
  return found[0]!;
}

/** The only one of a kind. */
export function truthOf({ truth }: Captured, kind: string): Truth {
  const found = truth.filter((one) => one.kind === kind);
  assert.equal(found.length, 1, `${kind} in ${JSON.stringify(truth)}`);
  return found[0]!;
}

/** CPU time of a process before its interpreter was up, and after it said how much it was, ms. */
const EDGES_MS = 60;

/**
 * Fails unless a process has about as many samples as ms of CPU time, at 1 kHz in the mode that keeps these.
 * What it missed it may have missed at any time of its life.
 */
export function assertCpuTime(row: Row, truth: Truth): void {
  const { samples, ticks, missed_ticks, withheld_ticks, rejected } = row;
  const lost = missed_ticks + withheld_ticks + rejected;
  const noise = 5 * Math.sqrt(truth.cpu_ms);
  const least = truth.cpu_ms * 0.9 - EDGES_MS - noise - lost;
  const most = truth.cpu_ms * 1.1 + EDGES_MS + noise;
  const told = JSON.stringify({ truth, samples, ticks, lost, least, most });
  assert.ok(samples >= least && samples <= most, told);
}
