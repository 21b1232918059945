import type { PackageEntry, PackageKind } from "./format.ts";

const THEMES = ["light", "dark"] as const;
export type Theme = typeof THEMES[number];

/** What colours tell. */
export const COLORINGS = ["difference", "package", "heat"] as const;
export type Coloring = typeof COLORINGS[number];

/** Those that a report has, by whether it compares; the first is the one to begin with. */
export function coloringsOf(compares: boolean): readonly Coloring[] {
  return compares ? COLORINGS : COLORINGS.filter((coloring) => coloring !== "difference");
}

/** Steps of heat. */
export const HEAT_LEVELS = 6;
/** Share of own samples from which on each level begins, after the first. */
const HEAT_FROM = [0.005, 0.015, 0.04, 0.1, 0.25];

/** How hot a share of own samples is: 0 to {@link HEAT_LEVELS} − 1. */
export function heatOf(share: number): number {
  let level = 0;
  while (level < HEAT_FROM.length && share >= HEAT_FROM[level]!) level++;
  return level;
}

const CHROMA: Readonly<Record<PackageKind, number>> = {
  project: 0.075,
  library: 0.05,
  stdlib: 0.022,
  interpreter: 0,
};
/**
 * Hues that can be told apart side by side. Reds are left out, which would look like an alarm, and
 * yellows, which turn into olive when they are made stronger.
 */
const HUES = [52, 66, 78, 138, 155, 172, 192, 212, 232, 278, 296, 314, 334, 350];

/** The hue of a package: the same in every report. */
function hueOf({ name, kind }: PackageEntry): number {
  if (kind === "stdlib") return 255;
  let hash = 2166136261;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16777619);
  hash ^= hash >>> 15;
  return HUES[(hash >>> 0) % HUES.length]!;
}

/** The fill of a box of a package, as `#rrggbb`. */
export function packageColor(entry: PackageEntry, level: number, theme: Theme): string {
  const chroma = CHROMA[entry.kind] + level * (entry.kind === "interpreter" ? 0 : 0.016);
  const lightness = theme === "light" ? 0.92 - level * 0.036 : 0.355 + level * 0.047;
  return toHex(lightness, theme === "light" ? chroma : chroma * 0.85, hueOf(entry));
}

/** The fill of a box by its own time alone. */
export function heatColor(level: number, theme: Theme): string {
  const t = level / (HEAT_LEVELS - 1);
  return theme === "light"
    ? toHex(0.95 - t * 0.25, 0.012 + t * 0.15, 75 - t * 30)
    : toHex(0.32 + t * 0.28, 0.012 + t * 0.13, 70 - t * 30);
}

/** Steps of difference to either side of none. */
export const DIFFERENCE_LEVELS = 4;

/**
 * The fill of a box by what became of it: orange for more, blue for less.
 * @param level from −{@link DIFFERENCE_LEVELS} to {@link DIFFERENCE_LEVELS}; 0 is none.
 */
export function differenceColor(level: number, theme: Theme): string {
  const t = Math.abs(level) / DIFFERENCE_LEVELS;
  const hue = level > 0 ? 55 : 250;
  return theme === "light"
    ? toHex(0.93 - t * 0.17, level === 0 ? 0.003 : 0.02 + t * 0.13, hue)
    : toHex(0.33 + t * 0.17, level === 0 ? 0.006 : 0.02 + t * 0.12, hue);
}

/** A colour of OKLCH in sRGB; chroma gives way where sRGB has no such colour. */
export function toHex(lightness: number, chroma: number, hue: number): string {
  for (let c = chroma;; c -= 0.005) {
    const channels = toLinear(lightness, Math.max(0, c), hue * Math.PI / 180);
    if (c > 0 && channels.some((channel) => channel < -0.0005 || channel > 1.0005)) continue;
    return `#${channels.map(toByte).join("")}`;
  }
}

/** Björn Ottosson's OKLab, https://bottosson.github.io/posts/oklab/. */
function toLinear(lightness: number, chroma: number, angle: number): number[] {
  const a = chroma * Math.cos(angle);
  const b = chroma * Math.sin(angle);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function toByte(linear: number): string {
  const clamped = Math.min(1, Math.max(0, linear));
  const encoded = clamped <= 0.0031308 ? clamped * 12.92 : 1.055 * clamped ** (1 / 2.4) - 0.055;
  return Math.round(encoded * 255).toString(16).padStart(2, "0");
}
