/** Profiles as the page sees them. */

import { Buffer } from "node:buffer";
import { createModel, type Model } from "../../assets/report/model.ts";
import { inflate, readCalls, readNames } from "../../assets/report/read.ts";
import type { Filter } from "../../assets/report/select.ts";
import type { Tree } from "../../assets/report/tree.ts";
import type { Profile, SampleBatch } from "../../src/profile/profile.ts";
import { type PackedReport, packProfile } from "../../src/report/pack.ts";
import { TimeSlices } from "../../src/report/slices.ts";
import { SUMMARY } from "../collectors/profiles.ts";

/** Everything is kept. */
export const ALL: Filter = { without: new Set() };

/** Packs a profile and unpacks it again, through base64. */
export async function roundTrip(
  profile: Profile,
  batches: readonly SampleBatch[] = [],
): Promise<Model> {
  const time = new TimeSlices();
  for (const batch of batches) time.add(profile, batch);
  return await unpack(packProfile(profile, SUMMARY, time, () => []));
}

/** Unpacks a report as the page does. */
export async function unpack({ names, tree }: PackedReport): Promise<Model> {
  return createModel(
    await readNames(Buffer.from(names).toString("base64")),
    readCalls(await inflate(Buffer.from(tree).toString("base64"))),
  );
}

/** A tree as text: a line for each node, deeper ones further in, heaviest first. */
export function printTree(model: Model, tree: Tree, name: (key: number) => string): string[] {
  const lines: string[] = [];
  const visit = (node: number, depth: number): void => {
    if (node > 0) {
      const counts = `${tree.self[node]}/${tree.total[node]}`;
      lines.push(`${" ".repeat(depth - 1)}${name(tree.key[node]!)} ${counts}`);
    }
    [...tree.parent.keys()].filter((child) => child > 0 && tree.parent[child] === node)
      .sort((a, b) => tree.total[b]! - tree.total[a]!)
      .forEach((child) => visit(child, depth + 1));
  };
  visit(0, 0);
  if (tree.total[0]! > model.samples) lines.push("more than all");
  return lines;
}

/** A batch of samples of one thread, a stack each. */
export function batchOf(
  samples: readonly { time: number; thread: number; stack: number; flags?: number }[],
): SampleBatch {
  return {
    length: samples.length,
    time: Float64Array.from(samples, ({ time }) => time),
    thread: Int32Array.from(samples, ({ thread }) => thread),
    stack: Int32Array.from(samples, ({ stack }) => stack),
    flags: Int32Array.from(samples, ({ flags }) => flags ?? 0),
  };
}
