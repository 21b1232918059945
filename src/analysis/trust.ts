/** What a capture's quality counts say: rates, shares, and the time one sample stands for. */

import type { Metadata, Summary } from "../profile/metadata.ts";
import { describeReasons, whyWithheld } from "./withheld.ts";
import { type Quality, rejectedTotal, type Rejection, REJECTIONS } from "../profile/quality.ts";

/** How well a capture went. Shares are between 0 and 1; rates and times are 0 where none is known. */
export interface Trust {
  readonly askedHz: number;
  /** Readings per second of wall time; equals what was asked when there are too few to tell. */
  readonly achievedHz: number;
  /**
   * Wall time that one sample stands for, µs: the capture's duration over its readings, which is
   * longer than the asked interval when readings were missed. Time of rejected readings belongs to
   * no function and is not spread over the others.
   */
  readonly sampleUs: number;
  /** Of the ticks that were due. */
  readonly missed: number;
  /** Of the ticks that were due, left out on purpose. */
  readonly withheld: number;
  /** What they were left out for, in words; empty where none were. */
  readonly withheldFor: string;
  /** Of the stacks that were read. */
  readonly rejected: number;
  /** Counts by reason, without those that did not occur, highest first. */
  readonly reasons: readonly { readonly reason: Rejection; readonly count: number }[];
}

/** Whether a profile tells what was missed, rejected and checked: ours do, those of others do not. */
export function recordsQuality(metadata: Metadata): boolean {
  return metadata.tool === "tachyon";
}

/** Works out rates and shares. */
export function judgeQuality(metadata: Metadata, quality: Quality, summary: Summary): Trust {
  const askedHz = metadata.intervalUs > 0 ? 1e6 / metadata.intervalUs : 0;
  const gaps = quality.ticks - 1;
  const measured = gaps > 0 && summary.durationUs > 0;
  const rejected = rejectedTotal(quality);
  const due = quality.ticks + quality.missedTicks + quality.withheldTicks;
  const withheld = share(quality.withheldTicks, due);
  return {
    askedHz,
    achievedHz: measured ? gaps * 1e6 / summary.durationUs : askedHz,
    sampleUs: measured ? summary.durationUs / gaps : metadata.intervalUs,
    missed: share(quality.missedTicks, due),
    withheld,
    withheldFor: describeReasons(whyWithheld(withheld, summary.lowered), metadata),
    rejected: share(rejected, rejected + quality.samples + quality.filtered + quality.dropped),
    reasons: REJECTIONS
      .map((reason, index) => ({ reason, count: quality.rejected[index] ?? 0 }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count),
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
