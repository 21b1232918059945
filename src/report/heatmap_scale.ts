import { countIndependent, plusMinus } from "../analysis/intervals.ts";
import { formatCounted, formatShare, formatTime } from "../analysis/units.ts";
import type { Profile } from "../profile/profile.ts";
import type { Heat, HeatCounts } from "./heatmap_counts.ts";

/** Steps of heat; 0 is cold. */
const LEVELS = 8;

/** What samples are measured by: the same on all pages of a heat map, so that a colour means the same. */
export interface Scale {
  readonly samples: number;
  /** How many independent samples all are worth. */
  readonly worth: number;
  /** Time that one sample stands for, µs; 0 when not known. */
  readonly sampleUs: number;
  /** Samples of the hottest line. */
  readonly most: Heat;
}

/** Finds the scale of a heat map. */
export function findScale(profile: Profile, counts: HeatCounts, sampleUs: number): Scale {
  const most = findMost(counts.files.flatMap(({ lines }) => [...lines.values()]));
  return { samples: counts.samples, worth: countIndependent(profile), sampleUs, most };
}

/** Levels of heat as classes, `s5 t6`: logarithmic, since lines differ by powers of ten. */
export function levelClasses(scale: Scale, { self, total }: Heat): string {
  const classes = [levelOf("s", self, scale.most.self), levelOf("t", total, scale.most.total)];
  return classes.filter((name) => name !== "").join(" ");
}

function levelOf(letter: string, count: number, most: number): string {
  if (count === 0) return "";
  const share = Math.log1p(count) / Math.log1p(most);
  return `${letter}${Math.max(1, Math.ceil(LEVELS * share - 1e-9))}`;
}

/** `12.3%`. */
export function writeShare(scale: Scale, count: number): string {
  return formatShare(scale.samples === 0 ? 0 : count / scale.samples);
}

/** `400 samples, 12.3% ± 1.2, 400 ms`. */
export function describeSamples(scale: Scale, count: number): string {
  const share = Math.min(1, scale.samples === 0 ? 0 : count / scale.samples);
  const parts = [formatCounted(count, "sample"), writeShare(scale, count)];
  if (scale.worth > 0) parts[1] += ` ± ${(plusMinus(share, scale.worth) * 100).toFixed(1)}`;
  if (scale.sampleUs > 0) parts.push(writeTime(scale, count));
  return parts.join(", ");
}

/** `400 ms`. */
function writeTime(scale: Scale, count: number): string {
  return formatTime(Number((count * scale.sampleUs).toPrecision(3)));
}

/**
 * A bar as long as a share of the most, by own or all time as the page shows it. It is drawn without
 * styles in markup, which the page's policy forbids.
 */
export function drawBar(heat: Heat, most: Heat): string {
  const bar = (metric: keyof Heat): string => {
    const width = Math.min(100, 100 * heat[metric] / Math.max(1, most[metric])).toFixed(1);
    return `<rect class="${metric}" width="${width}" height="1"/>`;
  };
  return `<svg class="meter" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">` +
    `${bar("self")}${bar("total")}</svg>`;
}

/** The most of either that any of them has, and no less than `least`. */
export function findMost(all: Iterable<Heat>, least = 1): Heat {
  const most = { self: least, total: least };
  for (const { self, total } of all) {
    most.self = Math.max(most.self, self);
    most.total = Math.max(most.total, total);
  }
  return most;
}
