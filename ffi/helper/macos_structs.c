/*
 * Made by scripts/mac_structs.ts from ffi/macos/structs.ts, which TypeScript reads the kernel's answers by:
 * the compiler compares its numbers with the platform's headers.
 */
#include <mach/task_info.h>
#include <mach/thread_info.h>
#include <stddef.h>
#include <sys/proc.h>
#include <sys/proc_info.h>
#include <sys/syslimits.h>

#define SAME(headers, ours) _Static_assert((headers) == (ours), #headers)

SAME(sizeof(struct proc_bsdinfo), 136);
SAME(offsetof(struct proc_bsdinfo, pbi_status), 4);
SAME(offsetof(struct proc_bsdinfo, pbi_pid), 12);
SAME(offsetof(struct proc_bsdinfo, pbi_ppid), 16);
SAME(offsetof(struct proc_bsdinfo, pbi_uid), 20);
SAME(offsetof(struct proc_bsdinfo, pbi_gid), 24);
SAME(offsetof(struct proc_bsdinfo, pbi_ruid), 28);
SAME(offsetof(struct proc_bsdinfo, pbi_rgid), 32);
SAME(offsetof(struct proc_bsdinfo, pbi_svuid), 36);
SAME(offsetof(struct proc_bsdinfo, pbi_svgid), 40);
SAME(offsetof(struct proc_bsdinfo, pbi_comm), 48);
SAME(offsetof(struct proc_bsdinfo, pbi_name), 64);
SAME(offsetof(struct proc_bsdinfo, pbi_pgid), 100);
SAME(offsetof(struct proc_bsdinfo, e_tdev), 108);
SAME(offsetof(struct proc_bsdinfo, e_tpgid), 112);
SAME(offsetof(struct proc_bsdinfo, pbi_start_tvsec), 120);
SAME(offsetof(struct proc_bsdinfo, pbi_start_tvusec), 128);
SAME(sizeof(struct proc_taskinfo), 96);
SAME(offsetof(struct proc_taskinfo, pti_total_user), 16);
SAME(offsetof(struct proc_taskinfo, pti_total_system), 24);
SAME(offsetof(struct proc_taskinfo, pti_threadnum), 84);
SAME(sizeof(struct proc_threadinfo), 112);
SAME(offsetof(struct proc_threadinfo, pth_user_time), 0);
SAME(offsetof(struct proc_threadinfo, pth_system_time), 8);
SAME(offsetof(struct proc_threadinfo, pth_run_state), 24);
SAME(offsetof(struct proc_threadinfo, pth_name), 48);
SAME(sizeof(struct proc_regionwithpathinfo), 1272);
SAME(offsetof(struct proc_regionwithpathinfo, prp_prinfo.pri_protection), 0);
SAME(offsetof(struct proc_regionwithpathinfo, prp_prinfo.pri_address), 80);
SAME(offsetof(struct proc_regionwithpathinfo, prp_prinfo.pri_size), 88);
SAME(offsetof(struct proc_regionwithpathinfo, prp_vip.vip_path), 248);
SAME(sizeof(struct task_dyld_info), 20);
SAME(offsetof(struct task_dyld_info, all_image_info_addr), 0);
SAME(offsetof(struct task_dyld_info, all_image_info_size), 8);
SAME(offsetof(struct task_dyld_info, all_image_info_format), 16);
SAME(PROC_PIDTBSDINFO, 3);
SAME(PROC_PIDTASKINFO, 4);
SAME(PROC_PIDREGIONPATHINFO, 8);
SAME(PROC_PIDTHREADID64INFO, 15);
SAME(KERN_INVALID_ADDRESS, 1);
SAME(KERN_PROTECTION_FAILURE, 2);
SAME(KERN_INVALID_ARGUMENT, 4);
SAME(KERN_FAILURE, 5);
SAME(KERN_NO_ACCESS, 8);
SAME(KERN_INVALID_NAME, 15);
SAME(KERN_INVALID_TASK, 16);
SAME(KERN_INVALID_RIGHT, 17);
SAME(KERN_TERMINATED, 37);
SAME(KERN_DENIED, 53);
SAME(MACH_SEND_INVALID_DEST, 268435459);
SAME(EPERM, 1);
SAME(ESRCH, 3);
SAME(EINVAL, 22);
SAME(TASK_DYLD_INFO, 17);
SAME(TASK_DYLD_ALL_IMAGE_INFO_64, 1);
SAME(TH_STATE_RUNNING, 1);
SAME(SZOMB, 5);
SAME(PATH_MAX, 1024);
