/** Numbers for people, the same in every locale. */

/** A unit of time with its length in µs. */
export interface TimeUnit {
  readonly name: string;
  readonly us: number;
}

const UNITS: readonly TimeUnit[] = [
  { name: "s", us: 1e6 },
  { name: "ms", us: 1e3 },
  { name: "μs", us: 1 },
];

/** The largest unit in which a time (µs) is at least 1; s for 0. */
export function chooseTimeUnit(us: number): TimeUnit {
  return UNITS.find((unit) => us >= unit.us) ?? UNITS[us > 0 ? 2 : 0]!;
}

/** `1.001 ms`, `10.003 s`, `2 min 3.4 s`. */
export function formatTime(us: number): string {
  if (us >= 60e6) {
    const minutes = Math.floor(us / 60e6);
    return `${minutes} min ${trimZeros(((us - minutes * 60e6) / 1e6).toFixed(1))} s`;
  }
  const unit = chooseTimeUnit(us);
  return `${trimZeros((us / unit.us).toFixed(3))} ${unit.name}`;
}

/** `18 μs`, `7.5 μs`: a time that is measured roughly. */
export function formatMicroseconds(us: number): string {
  return `${trimZeros(us.toFixed(us < 10 ? 1 : 0))} μs`;
}

/** `999.1 Hz`, `10 kHz`, `1 MHz`. */
export function formatRate(hz: number): string {
  if (hz < 999.95) return `${trimZeros(hz.toFixed(1))} Hz`;
  if (hz < 999_995) return `${trimZeros((hz / 1e3).toFixed(2))} kHz`;
  return `${trimZeros((hz / 1e6).toFixed(2))} MHz`;
}

/** `1,234,567`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `0%`, `<0.1%`, `12.3%`: a share between 0 and 1, where a little is never shown as none. */
export function formatShare(share: number): string {
  if (share === 0) return "0%";
  return share < 0.001 ? "<0.1%" : `${(share * 100).toFixed(1)}%`;
}

/** `50%`, `12.5%`: a share without more digits than it has. */
export function formatPercent(share: number): string {
  return `${trimZeros((share * 100).toFixed(1))}%`;
}

/** `1 sample`, `2,000 samples`. */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function trimZeros(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}
