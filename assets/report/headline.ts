/** What stands at the top of every report: whose profile it is, and how far to trust it. */

import {
  formatCount,
  formatCounted,
  formatRate,
  formatShare,
  formatTime,
} from "../../src/analysis/units.ts";
import { recordsQuality } from "../../src/analysis/trust.ts";
import type { Metadata } from "../../src/profile/metadata.ts";
import type { Facts } from "./format.ts";

/** What was run, without the folders that it is in. */
export function titleOf({ command }: Metadata): string {
  const script = command.findIndex((part, index) => index > 0 && !part.startsWith("-"));
  const parts = command.map((part, index) =>
    index === 0 || index === script ? part.split("/").at(-1) || part : part
  );
  return parts.join(" ") || "A Python program";
}

/** `Python 3.14.2 · pid 4242 · 2026-11-21 05:42`, as far as it is known. */
export function describeOrigin(metadata: Metadata): string {
  return [
    metadata.pythonVersion === "" ? "" : `Python ${metadata.pythonVersion}`,
    metadata.freeThreaded ? "free-threaded" : "",
    metadata.pid === 0 ? "" : `pid ${metadata.pid}`,
    metadata.startedAt === 0 ? "" : formatDate(metadata.startedAt),
  ].filter((part) => part !== "").join(" · ");
}

/** How a capture went, in one line. */
export function trustLine(facts: Facts, samples: number): string {
  const { metadata, summary, quality, trust, independent } = facts;
  const parts = [formatCounted(samples, "sample")];
  if (summary.durationUs > 0) parts[0] += ` in ${formatTime(roughly(summary.durationUs))}`;
  parts.push(`${metadata.mode} time`);
  if (quality.ticks > 0) {
    parts.push(`${formatRate(trust.achievedHz)} of ${formatRate(trust.askedHz)} asked`);
  }
  if (quality.ticks > 0 && recordsQuality(metadata)) {
    parts.push(`${formatShare(trust.missed)} missed`, `${formatShare(trust.rejected)} rejected`);
  } else parts.push("what was missed or rejected is not recorded");
  if (independent > 0 && independent < samples * 0.9) {
    parts.push(`worth ${formatCount(Math.round(independent))} independent ones`);
  }
  return parts.join(" · ");
}

/** Three digits are enough to look at. */
export function roughly(value: number): number {
  return Number(value.toPrecision(3));
}

/** `2026-11-21 05:42`, in the reader's time zone. */
export function formatDate(milliseconds: number): string {
  const date = new Date(milliseconds - new Date(milliseconds).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 16).replace("T", " ");
}
