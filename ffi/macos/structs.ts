/**
 * What the kernel's answers look like: places of fields in structs of the platform's headers, and the numbers
 * that go with them, on x86-64 and arm64 alike. Names are the headers'. `scripts/mac_structs.ts` has a
 * compiler compare them with the headers, but for those of <mach-o/dyld_images.h>, which zig has not got.
 */

/** `struct proc_bsdinfo`, <sys/proc_info.h>. */
export const BSD_INFO = {
  size: 136,
  pbi_status: 4,
  pbi_pid: 12,
  pbi_ppid: 16,
  pbi_uid: 20,
  pbi_gid: 24,
  pbi_ruid: 28,
  pbi_rgid: 32,
  pbi_svuid: 36,
  pbi_svgid: 40,
  pbi_comm: 48,
  pbi_name: 64,
  pbi_pgid: 100,
  e_tdev: 108,
  e_tpgid: 112,
  pbi_start_tvsec: 120,
  pbi_start_tvusec: 128,
} as const;

/** `struct proc_taskinfo`, <sys/proc_info.h>; times in units of `mach_absolute_time`. */
export const TASK_INFO = {
  size: 96,
  pti_total_user: 16,
  pti_total_system: 24,
  pti_threadnum: 84,
} as const;

/** `struct proc_threadinfo`, <sys/proc_info.h>; times in nanoseconds. */
export const THREAD_INFO = {
  size: 112,
  pth_user_time: 0,
  pth_system_time: 8,
  pth_run_state: 24,
  pth_name: 48,
} as const;

/** `struct proc_regionwithpathinfo`, <sys/proc_info.h>. */
export const REGION_INFO = {
  size: 1272,
  "prp_prinfo.pri_protection": 0,
  "prp_prinfo.pri_address": 80,
  "prp_prinfo.pri_size": 88,
  "prp_vip.vip_path": 248,
} as const;

/** `struct task_dyld_info`, <mach/task_info.h>. */
export const DYLD_INFO = {
  size: 20,
  all_image_info_addr: 0,
  all_image_info_size: 8,
  all_image_info_format: 16,
} as const;

/** The beginning of `struct dyld_all_image_infos` of a 64-bit process, <mach-o/dyld_images.h>. */
export const ALL_IMAGE_INFOS = { size: 16, infoArrayCount: 4, infoArray: 8 } as const;

/** `struct dyld_image_info` of a 64-bit process, <mach-o/dyld_images.h>. */
export const IMAGE_INFO = { size: 24, imageLoadAddress: 0, imageFilePath: 8 } as const;

/** Kinds of answers of `proc_pidinfo`, <sys/proc_info.h>. */
export const FLAVOR = {
  PROC_PIDTBSDINFO: 3,
  PROC_PIDTASKINFO: 4,
  PROC_PIDREGIONPATHINFO: 8,
  PROC_PIDTHREADID64INFO: 15,
} as const;

/** Kinds of answers of `task_info`, <mach/task_info.h>. */
export const TASK_DYLD_INFO = 17;
/** The images of a 64-bit process. */
export const TASK_DYLD_ALL_IMAGE_INFO_64 = 1;

/** States of threads, <mach/thread_info.h>. */
export const TH_STATE_RUNNING = 1;
/** A process that has ended and waits for its parent to ask, <sys/proc.h>. */
export const SZOMB = 5;

/** Failures of Mach calls, <mach/kern_return.h> and <mach/message.h>. */
export const KERN = {
  KERN_INVALID_ADDRESS: 1,
  KERN_PROTECTION_FAILURE: 2,
  KERN_INVALID_ARGUMENT: 4,
  KERN_FAILURE: 5,
  KERN_NO_ACCESS: 8,
  KERN_INVALID_NAME: 15,
  KERN_INVALID_TASK: 16,
  KERN_INVALID_RIGHT: 17,
  KERN_TERMINATED: 37,
  KERN_DENIED: 53,
  MACH_SEND_INVALID_DEST: 0x1000_0003,
} as const;

/** Failures of BSD calls, <sys/errno.h>. */
export const ERRNO = { EPERM: 1, ESRCH: 3, EINVAL: 22 } as const;

/** Longest path, <sys/syslimits.h>. */
export const PATH_MAX = 1024;

/** A view of all bytes of an array. */
export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A little-endian 64-bit word as a number; exact below 2⁵³. */
export function readWord(bytes: DataView, at: number): number {
  return bytes.getUint32(at, true) + bytes.getUint32(at + 4, true) * 0x1_0000_0000;
}

/** Text up to a NUL, or up to `most` bytes. */
export function readText(bytes: Uint8Array, at: number, most: number): string {
  const field = bytes.subarray(at, at + most);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}
