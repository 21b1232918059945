/** A CPython interpreter on this machine. */
export interface Python {
  /** As `platform.python_version()` gives it: `3.14.10`, `3.15.0rc1`. */
  readonly version: string;
  /** `3.14`. */
  readonly minor: string;
  /** Built with `--disable-gil`. */
  readonly freeThreaded: boolean;
  /** The real executable: no shim, no link, no virtual environment. */
  readonly path: string;
}

/** The versions that tests run on throughout, and must. */
export const testedMinors: readonly string[] = ["3.13", "3.14", "3.15"];
/** Older versions that are supported; tests that read memory run on those that are there. */
export const olderMinors: readonly string[] = ["3.8", "3.9", "3.10", "3.11", "3.12"];
/** Versions whose builds without a GIL are supported; tests that read memory run on those that are there. */
export const freeThreadedMinors: readonly string[] = ["3.13", "3.14", "3.15"];
/** Those of them that must be there for the tests. */
export const neededFreeThreadedMinors: readonly string[] = ["3.14"];
/** All versions that must be there for the tests: those throughout, and one of the older. */
export const neededMinors: readonly string[] = ["3.11", ...testedMinors];

/** A Debian release and the versions it has. */
export interface Suite {
  readonly name: string;
  readonly minors: readonly string[];
  /** Packages that tests need besides. */
  readonly extras: readonly string[];
}

/** Where Debian has versions to test on. It has no 3.8, 3.10 and 3.12. */
export const suites: readonly Suite[] = [
  { name: "bullseye", minors: ["3.9"], extras: [] },
  { name: "bookworm", minors: ["3.11"], extras: [] },
  // greenlet swaps the frames of a thread under a profiler: tests need the real one; and what is written
  // for OpenTelemetry is held against its own schema.
  { name: "sid", minors: testedMinors, extras: ["python3-greenlet", "opentelemetry-proto"] },
];

const stages: readonly string[] = ["a", "b", "rc", ""];

/** Whether a version is an alpha, a beta or a release candidate. */
export function isPreRelease(version: string): boolean {
  return /^\d+\.\d+\.\d+(a|b|rc)\d+/.test(version);
}

/** Orders versions, the older first; a pre-release comes before its final. */
export function compareVersions(left: string, right: string): number {
  const a = orderOf(left);
  const b = orderOf(right);
  for (const [index, part] of a.entries()) {
    const difference = part - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Major, minor, micro, stage and serial as numbers that compare one after another. */
function orderOf(version: string): number[] {
  const match = /^(\d+)\.(\d+)\.(\d+)(?:(a|b|rc)(\d+))?/.exec(version);
  if (match === null) return [0, 0, 0, 0, 0];
  const [, major, minor, micro, stage, serial] = match;
  return [
    Number(major),
    Number(minor),
    Number(micro),
    stages.indexOf(stage ?? ""),
    Number(serial ?? 0),
  ];
}

/** What to call an interpreter: its version, with a `t` behind it if it is free-threaded. */
export function nameOf({ version, freeThreaded }: Python): string {
  return freeThreaded ? `${version}t` : version;
}

/** The same for its minor version: `3.14t`. */
export function minorOf({ minor, freeThreaded }: Python): string {
  return freeThreaded ? `${minor}t` : minor;
}

/**
 * One interpreter a minor version, the older version first: finals before pre-releases, then those
 * under `preferred`, then the newest.
 * @param freeThreaded only those that are, or only those that are not.
 */
export function choosePythons(
  pythons: readonly Python[],
  preferred: string,
  freeThreaded = false,
): Python[] {
  const rank = (python: Python): number =>
    (isPreRelease(python.version) ? 0 : 2) + (python.path.startsWith(`${preferred}/`) ? 1 : 0);
  const best = new Map<string, Python>();
  for (const python of pythons) {
    if (python.freeThreaded !== freeThreaded) continue;
    const other = best.get(python.minor);
    const better = other === undefined ||
      (rank(python) - rank(other) || compareVersions(python.version, other.version)) > 0;
    if (better) best.set(python.minor, python);
  }
  return [...best.values()].sort((a, b) => compareVersions(a.version, b.version));
}
