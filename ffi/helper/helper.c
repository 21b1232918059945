/*
 * What TypeScript does badly: one vectored read of another process, absolute deadlines, the scheduler's
 * view of a thread (activity.c has more of it), comparing buffers, walking frames (walk.c, join.c), and reading from
 * another CPU (visit.c).
 *
 * Rules of this file: nothing here writes to another process, stops it (stopper.c does, when told to) or
 * sends it a signal; nothing allocates; a failure is a negative errno in the result, since errno itself
 * does not survive the way back. Arguments and results are 32-bit integers, doubles and buffers, the types that Deno
 * passes without building a BigInt. Times are doubles in microseconds.
 */
#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include <stdint.h>
#include <string.h>

#if defined(_WIN32)
#define TACHYON __declspec(dllexport)
#else
#define TACHYON __attribute__((visibility("default")))
#endif

/* ---- every system ---- */

/* Index of the first byte in which a and b differ, or length when their first length bytes agree. */
TACHYON uint32_t tach_first_difference(const uint8_t *a, const uint8_t *b, uint32_t length) {
    enum { BLOCK = 256 }; /* memcmp is the widest loop the machine has, but tells no index */
    uint32_t at = 0;
    while (length - at >= BLOCK && memcmp(a + at, b + at, BLOCK) == 0) {
        at += BLOCK;
    }
    for (; length - at >= 8; at += 8) {
        uint64_t left, right;
        memcpy(&left, a + at, 8);
        memcpy(&right, b + at, 8);
        if (left != right) { /* little-endian: the lowest set bit lies in the first byte */
            return at + (uint32_t)(__builtin_ctzll(left ^ right) >> 3);
        }
    }
    while (at < length && a[at] == b[at]) {
        at++;
    }
    return at;
}

#include "tables.c"
#include "walk.c"
#include "join.c"

static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#if defined(__linux__)
/* ---- Linux ---- */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* Repeats a call that a signal to us has interrupted. */
#define RETRIED(result, call)                     \
    do {                                          \
        (result) = (call);                        \
    } while ((result) == -1 && errno == EINTR)

/* Closes a descriptor that one of the functions below has opened. */
TACHYON void tach_close(int32_t fd) {
    close(fd);
}

/*
 * Opens the directory /proc/PID. The descriptor stands for this very process: what is opened through
 * it fails with ESRCH after its end, whoever has the pid by then.
 * Returns the descriptor; -ESRCH: no such process; -EACCES: it is there, but hidden from us;
 * -ENOSYS: it is there, but /proc does not show processes.
 */
TACHYON int32_t tach_open_process(int32_t pid) {
    char path[32];
    int fd;
    snprintf(path, sizeof path, "/proc/%d", pid);
    RETRIED(fd, openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd >= 0) {
        return fd;
    }
    if (errno != ENOENT) {
        return -errno;
    }
    if (kill(pid, 0) == 0) { /* signal 0 is only the question whether it exists */
        return -ENOSYS;
    }
    return errno == EPERM ? -EACCES : -errno;
}

/*
 * Opens the stat file of a process (tid 0) or of one of its threads, from the descriptor of
 * tach_open_process. Returns a descriptor for tach_alive, tach_read and tach_task_cpu, or -errno.
 */
TACHYON int32_t tach_open_stat(int32_t process, int32_t tid) {
    char path[32] = "stat";
    int fd;
    if (tid != 0) {
        snprintf(path, sizeof path, "task/%d/stat", tid);
    }
    RETRIED(fd, openat(process, path, O_RDONLY | O_CLOEXEC));
    return fd >= 0 ? fd : -errno;
}

struct stat_line {
    char state;
    long threads;
    long processor;
};

/*
 * Fields 3, 20 and 39 of a stat file (proc_pid_stat(5)). Field 2, the name, may hold blanks and
 * parentheses: counting starts behind the last ')'. Returns 0 when the task is gone.
 */
static int read_stat(int fd, struct stat_line *line) {
    char text[2048];
    ssize_t length;
    RETRIED(length, pread(fd, text, sizeof text - 1, 0));
    if (length <= 0) {
        return 0;
    }
    text[length] = '\0';
    const char *at = strrchr(text, ')');
    if (at == NULL || at[1] != ' ') {
        return 0;
    }
    at += 2;
    line->state = *at;
    line->threads = 0;
    line->processor = -1;
    for (int field = 4; field <= 39; field++) {
        at = strchr(at, ' ');
        if (at == NULL) {
            return 0;
        }
        at++;
        if (field == 20) {
            line->threads = strtol(at, NULL, 10);
        } else if (field == 39) {
            line->processor = strtol(at, NULL, 10);
        }
    }
    return 1;
}

/*
 * 1 while the process of a stat descriptor runs, 0 after its end, as a zombie too. A main thread that
 * ended before its siblings is a zombie in a process that lives: then several threads are counted.
 */
TACHYON int32_t tach_alive(int32_t stat) {
    struct stat_line line;
    if (!read_stat(stat, &line) || line.state == 'X' || line.state == 'x') {
        return 0;
    }
    return line.state != 'Z' || line.threads > 1;
}

/* The CPU on which the thread of a stat descriptor runs or ran last; -1 when it is gone. */
TACHYON int32_t tach_task_cpu(int32_t stat) {
    struct stat_line line;
    if (!read_stat(stat, &line) || line.state == 'Z' || line.state == 'X') {
        return -1;
    }
    return (int32_t)line.processor;
}

/* Nanoseconds; the coarse clocks advance with the scheduler's tick and cost a few ns. */
static int64_t clock_ns(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/*
 * 1 while the process of a stat descriptor is there. A pid can pass to another process: what the
 * descriptor says is asked again when the last answer is over 10 ms old, sooner than all pids of a system can
 * be used up.
 */
static int is_there(int32_t stat) {
    static _Thread_local int32_t asked = -1;
    static _Thread_local int64_t asked_at = 0;
    const int64_t now = clock_ns(CLOCK_MONOTONIC_COARSE);
    if (asked != stat || now - asked_at > 10000000) {
        if (!tach_alive(stat)) {
            return 0;
        }
        asked = stat;
        asked_at = now;
    }
    return 1;
}

static int32_t read_ranges(int32_t tid, const void *ranges, uint32_t count, void *into,
                           uint32_t length, uint32_t gap) {
    const struct iovec *const first = ranges;
    const uint32_t most = length < INT32_MAX ? length : INT32_MAX;
    const uint32_t head = gap == 0 || first->iov_len > most ? most : (uint32_t)first->iov_len;
    const uint32_t used = most - head < gap ? most : head + gap;
    const struct iovec local[2] = {{into, head}, {(uint8_t *)into + used, most - used}};
    ssize_t bytes;
    RETRIED(bytes, process_vm_readv(tid, local, gap == 0 ? 1 : 2, ranges, count, 0));
    return bytes >= 0 ? (int32_t)bytes : -errno;
}

/*
 * Reads count ranges (struct iovec: address, length) of the process that thread tid belongs to, at
 * most 1024, packed into a buffer of length bytes, of which gap are left out behind the first range.
 * stat is the process's descriptor of tach_open_stat.
 * Returns the bytes read, fewer when an unmapped page was met; or -ESRCH (gone), -EPERM, -EFAULT
 * (nothing could be read), -EINVAL (too many ranges), -ENOMEM.
 */
TACHYON int32_t tach_read(int32_t tid, int32_t stat, const void *ranges, uint32_t count, void *into,
                          uint32_t length, uint32_t gap) {
    return is_there(stat) ? read_ranges(tid, ranges, count, into, length, gap) : -ESRCH;
}

/* CPU masks of 8192 bits: the most CPUs a Linux kernel is built for. */
typedef cpu_set_t cpu_mask[8];

/* Makes a mask of one CPU. 0 where no machine has it. */
static int mask_of(int32_t cpu, cpu_mask mask) {
    if (cpu < 0 || cpu >= (int32_t)sizeof(cpu_mask) * 8) {
        return 0;
    }
    CPU_ZERO_S(sizeof(cpu_mask), mask);
    CPU_SET_S((size_t)cpu, sizeof(cpu_mask), mask);
    return 1;
}

/* Starts a thread of ours; the program's signals are for its other threads. 0 or errno. */
static int start_thread(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *)) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int error = pthread_create(thread, attributes, run, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

/* struct sched_attr of <linux/sched/types.h>, first version; older libc headers lack it. */
struct scheduling {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime;
    uint64_t deadline;
    uint64_t period;
};

/*
 * Takes the slack from the calling thread's timers (50 us by default, and again after every change of
 * its scheduling policy) and asks for the shortest time slice (0.1 ms; Linux 6.12 and later, refused or
 * without effect before). A thread that wants little at a time is let on the CPU at once when it wakes,
 * instead of after the target's own slice of some milliseconds.
 */
static void be_prompt(void) {
    prctl(PR_SET_TIMERSLACK, 1UL);
    struct scheduling now = {.size = sizeof now};
    if (syscall(SYS_sched_getattr, 0, &now, sizeof now, 0) == 0 && now.policy == SCHED_OTHER) {
        now.size = sizeof now;
        now.runtime = 100000;
        syscall(SYS_sched_setattr, 0, &now, 0);
    }
}

/*
 * Prepares the calling thread for pacing: it is woken quickly. Returns the number of CPUs that it may use,
 * or -errno.
 */
TACHYON int32_t tach_begin_thread(void) {
    cpu_mask mask;
    be_prompt();
    return sched_getaffinity(0, sizeof mask, mask) == 0 ? CPU_COUNT_S(sizeof mask, mask) : -errno;
}

/*
 * Asks that the calling thread go before ordinary ones when it wakes (nice -10; root, CAP_SYS_NICE).
 * Not for a thread that spins. 0 or -errno.
 */
TACHYON int32_t tach_prefer(void) {
    return setpriority(PRIO_PROCESS, 0, -10) == 0 ? 0 : -errno;
}

/*
 * How often the calling thread has left its CPU, by itself or not, since it began. The same number
 * before and after says that nothing else has run there in between. -1 if the system does not tell.
 */
static double count_switches(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_THREAD, &usage) != 0) {
        return -1;
    }
    return (double)usage.ru_nvcsw + (double)usage.ru_nivcsw;
}

/* CLOCK_MONOTONIC in microseconds. */
TACHYON double tach_now(void) {
    return (double)clock_ns(CLOCK_MONOTONIC) / 1e3;
}

/*
 * Sleeps until `deadline` less `spin` and spins for the rest, both in microseconds of tach_now.
 * Never returns early; returns at once when the deadline has passed. Returns tach_now.
 */
TACHYON double tach_sleep_until(double deadline, double spin) {
    double now = tach_now();
    const double wake = deadline - (spin > 0 ? spin : 0);
    if (wake > now) {
        /* Rounded up to the nanosecond, and no longer than the clock can say: 30 years. */
        const int64_t ns = (int64_t)((wake < now + 1e15 ? wake : now + 1e15) * 1e3) + 1;
        const struct timespec time = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR) {
        }
        now = tach_now();
    }
    while (now < deadline) {
        relax();
        now = tach_now();
    }
    return now;
}

#include "activity.c"
#include "visit.c"
#include "bells.c"
#include "visitor.c"
#include "visits.c"
#include "idler.c"
#include "trace.c"
#include "round.c"
#include "recall.c"
#include "stopper.c"
#include "stopper_owner.c"

#endif

#if defined(__APPLE__)
#include "macos.c"
#endif

#if defined(_WIN32)
#include "windows.c"
#include "windows_threads.c"
#endif
