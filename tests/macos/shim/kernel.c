#include "kernel.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

extern int csops(pid_t pid, unsigned int operation, void *into, size_t size);
extern kern_return_t mach_vm_read_overwrite(vm_map_read_t task, mach_vm_address_t address,
                                            mach_vm_size_t size, mach_vm_address_t data,
                                            mach_vm_size_t *read);
extern uint64_t shim_page(void);

mach_port_t mach_task_self(void) {
    return 0x103;
}

mach_port_t mach_thread_self(void) {
    return 0x203;
}

kern_return_t mach_port_deallocate(mach_port_t self, mach_port_t name) {
    return self == mach_task_self() && name != MACH_PORT_NULL ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
}

kern_return_t task_for_pid(mach_port_t self, int pid, mach_port_name_t *task) {
    if (self != mach_task_self() || kill(pid, 0) != 0) {
        return KERN_FAILURE;
    }
    *task = (mach_port_name_t)pid;
    return KERN_SUCCESS;
}

/* All or nothing, as the real one. */
kern_return_t mach_vm_read_overwrite(vm_map_read_t task, mach_vm_address_t address,
                                     mach_vm_size_t size, mach_vm_address_t data,
                                     mach_vm_size_t *read) {
    void *const scratch = malloc(size);
    const struct iovec here = {scratch, size}, there = {(void *)(uintptr_t)address, size};
    const ssize_t done = process_vm_readv((pid_t)task, &here, 1, &there, 1, 0);
    kern_return_t result = KERN_SUCCESS;
    if (done < 0 && errno == ESRCH) {
        result = MACH_SEND_INVALID_DEST;
    } else if (done != (ssize_t)size) {
        result = KERN_INVALID_ADDRESS;
    } else {
        memcpy((void *)(uintptr_t)data, scratch, size);
        *read = size;
    }
    free(scratch);
    return result;
}

kern_return_t task_info(task_name_t task, task_flavor_t flavor, task_info_t into,
                        mach_msg_type_number_t *count) {
    if (kill((pid_t)task, 0) != 0) {
        return MACH_SEND_INVALID_DEST;
    }
    if (*count < 5) {
        return KERN_INVALID_ARGUMENT;
    }
    for (int i = 0; i < 5; i++) {
        into[i] = (int32_t)flavor;
    }
    *count = 5;
    return KERN_SUCCESS;
}

kern_return_t task_threads(task_inspect_t task, thread_act_array_t *threads,
                           mach_msg_type_number_t *count) {
    char path[32];
    snprintf(path, sizeof path, "/proc/%u/task", task);
    DIR *const folder = opendir(path);
    if (folder == NULL) {
        return MACH_SEND_INVALID_DEST;
    }
    *threads = calloc(4096, sizeof **threads);
    *count = 0;
    for (struct dirent *entry; *count < 4096 && (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] != '.') {
            (*threads)[(*count)++] = (thread_act_t)atoi(entry->d_name);
        }
    }
    closedir(folder);
    return KERN_SUCCESS;
}

kern_return_t thread_info(thread_act_t thread, thread_flavor_t flavor, thread_info_t into,
                          mach_msg_type_number_t *count) {
    if (flavor != THREAD_IDENTIFIER_INFO || *count != THREAD_IDENTIFIER_INFO_COUNT) {
        return KERN_INVALID_ARGUMENT;
    }
    ((thread_identifier_info_data_t *)(void *)into)->thread_id = thread;
    return KERN_SUCCESS;
}

kern_return_t thread_policy_set(thread_act_t thread, uint32_t flavor, thread_policy_t policy,
                                mach_msg_type_number_t count) {
    const thread_time_constraint_policy_data_t *const given = (void *)policy;
    const int fits = thread == mach_thread_self() && flavor == THREAD_TIME_CONSTRAINT_POLICY &&
                     count == THREAD_TIME_CONSTRAINT_POLICY_COUNT;
    /* As the real one: between 50 us and 50 ms, in units of 24 MHz. */
    const int sensible = given->computation >= 1200 && given->computation <= 1200000 &&
                         given->constraint >= given->computation;
    return fits && sensible ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
}

kern_return_t vm_deallocate(mach_port_t self, vm_address_t address, vm_size_t size) {
    (void)self;
    (void)size;
    free((void *)(uintptr_t)address);
    return KERN_SUCCESS;
}

/* T or t of every thread, or gone. */
static int stands(pid_t pid) {
    thread_act_array_t threads;
    mach_msg_type_number_t count;
    if (task_threads((task_inspect_t)pid, &threads, &count) != KERN_SUCCESS) {
        return 1;
    }
    int all = 1;
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        char path[64], text[512];
        snprintf(path, sizeof path, "/proc/%d/task/%u/stat", pid, threads[i]);
        FILE *const file = fopen(path, "r");
        if (file == NULL) {
            continue;
        }
        const size_t length = fread(text, 1, sizeof text - 1, file);
        fclose(file);
        text[length] = '\0';
        const char *const at = strrchr(text, ')');
        all = all && at != NULL && (at[2] == 'T' || at[2] == 't' || at[2] == 'Z');
    }
    free(threads);
    return all;
}

kern_return_t task_suspend2(task_t task, task_suspension_token_t *token) {
    if (kill((pid_t)task, SIGSTOP) != 0) {
        return MACH_SEND_INVALID_DEST;
    }
    while (!stands((pid_t)task)) {
        usleep(100);
    }
    *token = task;
    return KERN_SUCCESS;
}

kern_return_t task_resume2(task_suspension_token_t token) {
    return kill((pid_t)token, SIGCONT) == 0 ? KERN_SUCCESS : MACH_SEND_INVALID_DEST;
}

/* 24 MHz, as Apple's own processors have it. */
kern_return_t mach_timebase_info(mach_timebase_info_data_t *base) {
    base->numer = 125;
    base->denom = 3;
    return KERN_SUCCESS;
}

uint64_t mach_absolute_time(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return ((uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec) * 3 / 125;
}

kern_return_t mach_wait_until(uint64_t deadline) {
    const uint64_t ns = deadline * 125 / 3 + 42;
    const struct timespec time = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
    return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == 0 ? KERN_SUCCESS
                                                                            : KERN_ABORTED;
}

int pthread_set_qos_class_self_np(int class, int priority) {
    return class == QOS_CLASS_USER_INTERACTIVE && priority == 0 ? 0 : EINVAL;
}

int proc_pidinfo(int pid, int flavor, uint64_t argument, void *into, int size) {
    if (kill(pid, 0) != 0) {
        return 0;
    }
    if (flavor != 3 || size < 16) {
        errno = EINVAL;
        return 0;
    }
    memcpy(into, &argument, sizeof argument);
    return 16;
}

int proc_listallpids(void *into, int size) {
    if (size >= 8) {
        memcpy(into, (int[]){1, getpid()}, 8);
    }
    return 2;
}

int proc_pidpath(int pid, void *into, uint32_t size) {
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    const ssize_t length = readlink(path, into, size);
    return length > 0 ? (int)length : 0;
}

int sysctl(int *name, unsigned int length, void *into, size_t *size, void *from, size_t count) {
    (void)from;
    (void)count;
    if (length != 3 || name[0] != CTL_KERN || name[1] != KERN_PROCARGS2 || *size < 4) {
        errno = EINVAL;
        return -1;
    }
    memcpy(into, &name[2], 4);
    *size = 4;
    return 0;
}

int csops(pid_t pid, unsigned int operation, void *into, size_t size) {
    if (kill(pid, 0) != 0) {
        return -1;
    }
    if (operation == 0) {
        memcpy(into, &(uint32_t){0xa0010001}, 4);
        return 0;
    }
    if (size < 16) {
        errno = ERANGE;
        return -1;
    }
    memcpy(into, "\xfa\xde\x71\x71\0\0\0\x10<plist/>", 16);
    return 0;
}

/* The address of a page of 7s with nothing behind it. */
__attribute__((visibility("default"))) uint64_t shim_page(void) {
    uint8_t *const pages =
        mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(pages + 4096, 4096);
    memset(pages, 7, 4096);
    return (uint64_t)(uintptr_t)pages;
}
