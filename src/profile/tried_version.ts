/** The newest minor version of Python 3 that was tried. */
export const NEWEST_MINOR = 15;

/**
 * False for versions of Python that are newer than all that were tried, and for previews, whose memory may
 * be arranged in other ways.
 * @param version `3.14.10`, `3.16.0a1`; empty when not known.
 */
export function isTriedVersion(version: string): boolean {
  const [, minor, stage] = /^3\.(\d+)\.\d+(a|b)?/.exec(version) ?? [];
  return minor === undefined || (Number(minor) <= NEWEST_MINOR && stage === undefined);
}
