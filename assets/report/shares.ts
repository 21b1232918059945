import { plusMinus } from "../../src/analysis/intervals.ts";
import { formatCounted, formatShare, formatTime } from "../../src/analysis/units.ts";
import type { Model } from "./model.ts";

/** Samples as people read them. */
export interface Share {
  readonly samples: number;
  /** Of the samples that are shown. */
  readonly percent: string;
  /** Half of the 95 % interval, in percent points. */
  readonly margin: string;
  /** The time that they stand for; their number, where no time is known. */
  readonly time: string;
  readonly value: number;
}

/**
 * Describes a number of samples.
 * @param worth independent samples behind all.
 */
export function describeShare(model: Model, samples: number, all: number, worth: number): Share {
  const value = all > 0 ? samples / all : 0;
  const { sampleUs } = model.header.facts.trust;
  const margin = plusMinus(Math.min(1, value), worth) * 100;
  return {
    samples,
    percent: formatShare(value),
    margin: `± ${margin < 9.95 ? margin.toFixed(1) : Math.round(margin)}`,
    time: sampleUs > 0
      ? formatTime(Number((samples * sampleUs).toPrecision(3)))
      : formatCounted(samples, "sample"),
    value,
  };
}
