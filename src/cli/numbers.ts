/** Numbers as people write them on the command line. Each parser throws what is wrong in a sentence. */

import { InvalidArgumentError } from "commander";

const RATE = /^(\d+(?:\.\d+)?)(hz|khz|k)?$/;
const DECIMAL = /^(?:\d+(?:\.\d*)?|\.\d+)$/;

/** Longest and shortest interval: 0.1 Hz and 1 MHz, in µs. */
const LONGEST_US = 10_000_000;
const SHORTEST_US = 1;

/** Sampling rate (`500`, `2.5k`, `10khz`) → interval between ticks, µs. */
export function parseRate(text: string): number {
  const [, digits, suffix] = RATE.exec(text.trim().toLowerCase()) ?? [];
  if (digits === undefined) {
    throw new InvalidArgumentError(
      "Write a number with an optional Hz, kHz or k: 500, 2.5k, 10khz.",
    );
  }
  const hz = Number(digits) * (suffix?.startsWith("k") ? 1000 : 1);
  // The quotient is not made whole: 3 kHz is every 333.3 µs.
  return checkInterval(hz > 0 ? 1e6 / hz : Infinity);
}

/** Interval between ticks in µs. */
export function parseInterval(text: string): number {
  return checkInterval(parseDecimal(text, "Write the interval as a number of microseconds: 100."));
}

function checkInterval(us: number): number {
  if (us < SHORTEST_US || us > LONGEST_US) {
    throw new InvalidArgumentError(
      "Rates go from 0.1 Hz to 1 MHz, intervals from 1 to 10000000 microseconds.",
    );
  }
  return us;
}

/** Duration in seconds, fractions allowed → µs. */
export function parseDuration(text: string): number {
  const seconds = parseDecimal(text, "Write the duration as a number of seconds: 10, 0.5.");
  if (seconds <= 0 || seconds > 1e9) {
    throw new InvalidArgumentError("The duration must be more than 0 seconds.");
  }
  return seconds * 1e6;
}

const SPAN = /^(\d+(?:\.\d*)?|\.\d+)\s*(s|m|min|h|d)?$/;
const SPAN_UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** A time with a unit, seconds without one: `60s`, `5m`, `1.5h` → µs. A second or more. */
export function parseSpan(text: string): number {
  const [, digits, unit = "s"] = SPAN.exec(text.trim().toLowerCase()) ?? [];
  const seconds = Number(digits) * SPAN_UNITS[unit]!;
  if (!(seconds >= 1 && seconds <= 1e9)) {
    throw new InvalidArgumentError("Write a time of a second or more: 60s, 5m, 1h.");
  }
  return seconds * 1e6;
}

const SIZE = /^(\d+(?:\.\d*)?|\.\d+)\s*(b|kb|k|mb|m|gb|g|tb|t|kib|mib|gib|tib)?$/;

/** A size with a unit, bytes without one: `100MB`, `1GiB` → bytes. 1 kB or more. */
export function parseSize(text: string): number {
  const [, digits, unit = "b"] = SIZE.exec(text.trim().toLowerCase()) ?? [];
  const power = "bkmgt".indexOf(unit[0]!);
  const bytes = Number(digits) * (unit.endsWith("ib") ? 1024 : 1000) ** power;
  if (!(bytes >= 1000 && bytes <= 1e15)) {
    throw new InvalidArgumentError("Write a size of 1 kB or more: 500kB, 100MB, 1GiB.");
  }
  return bytes;
}

/** A number of things, 1 or more. */
export function parseCount(text: string): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new InvalidArgumentError("Write a whole number, 1 or more.");
  return count;
}

/** Number of rows: 0 or more. */
export function parseLimit(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new InvalidArgumentError("Write a whole number of rows, 0 for none.");
  }
  return Number(text);
}

/** Percent of a CPU, 1 or more; above 100 for more than one → CPU time per wall time. */
export function parsePercent(text: string): number {
  const advice = "Write the limit as a percentage of one CPU, 1 or more: 50, 100%.";
  const percent = parseDecimal(text.replace(/%$/, ""), advice);
  if (percent < 1 || percent > 1e6) throw new InvalidArgumentError(advice);
  return percent / 100;
}

/** Percent of a program's time, 0.1 to 100 → share. */
export function parseSlowdown(text: string): number {
  const advice = "Write the limit as a percentage of the program's time, 0.1 to 100: 2, 0.5%.";
  const percent = parseDecimal(text.replace(/%$/, ""), advice);
  if (percent < 0.1 || percent > 100) throw new InvalidArgumentError(advice);
  return percent / 100;
}

/** Percent by which something may grow, 0 or more → share. */
export function parseGrowth(text: string): number {
  const advice = "Write a percentage, 0 or more: 5, 12.5%.";
  return parseDecimal(text.replace(/%$/, ""), advice) / 100;
}

/** Process id: 1 or more. */
export function parsePid(text: string): number {
  const pid = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (pid < 1 || pid > 0x7fff_ffff) {
    throw new InvalidArgumentError("A process id is a whole number, 1 or more.");
  }
  return pid;
}

function parseDecimal(text: string, advice: string): number {
  const trimmed = text.trim();
  if (!DECIMAL.test(trimmed)) throw new InvalidArgumentError(advice);
  return Number(trimmed);
}
