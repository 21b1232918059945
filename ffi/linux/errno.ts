import { DENIED, GONE, LATE, NOT_THERE, UNMAPPED } from "../process.ts";

/** errno values, the same on x86-64 and arm64. */
export const EPERM = 1;
export const ESRCH = 3;
export const EACCES = 13;
const EBUSY = 16;
const EXDEV = 18;
const EINVAL = 22;
export const ENOSYS = 38;

/** What comes of a visit, by what the helper says. */
export function visitedBy(result: number): number {
  if (result === -EXDEV) return NOT_THERE;
  if (result === -EBUSY) return LATE;
  return result >= 0 ? result : failureOf(-result);
}

/** Memory that the kernel could not bring in (EFAULT, ENOMEM) counts as not mapped. */
export function failureOf(errno: number): number {
  if (errno === ESRCH) return GONE;
  if (errno === EPERM || errno === EACCES || errno === ENOSYS) return DENIED;
  if (errno === EINVAL) throw new RangeError("more than 1024 ranges in one read");
  return UNMAPPED;
}
