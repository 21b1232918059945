/*
 * Stopping the target for a reading, and letting it run again whatever happens to us. Linux.
 *
 * A small process of its own, the stopper, traces the target. It shares our memory and descriptors, so
 * it costs no copy of them, but neither our process group nor our end:
 *  - we are killed, or crash: the kernel kills it with us, and frees what a tracer leaves behind;
 *  - we are stopped, or hang, while the target is held: it lets the target go after MOST_HELD_NS;
 *  - it is killed or hangs: the kernel frees the target, or we kill it and the kernel does.
 * As it is not the process that started the target, nobody's wait for a child is disturbed.
 *
 * In the stopper no function may be called that could touch errno: its thread-local storage is that of
 * the thread that started it. It makes its system calls by itself.
 *
 * ptrace(2): threads are seized, so that nothing but an interrupt is ever visible to them. A thread with
 * a pending interrupt traps before it gets back to its own code; one that the kernel does not let go of
 * (state D) cannot change anything either, and counts as held.
 */

#include <poll.h>
#include <linux/futex.h>
#include <sys/eventfd.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

enum {
    MOST_THREADS = 8192,
    STACK_BYTES = 64 * 1024,
};
static const int64_t MOST_HELD_NS = 100000000; /* the longest that the target stands still */
static const int64_t MOST_AWAITED_NS = 20000000; /* the longest wait for threads to stop */
static const int64_t GLANCE_NS = 30000; /* how long to look for threads that stop before sleeping */

/* What we want of the stopper; the upper bits count the wishes. */
enum { WISH_RUN, WISH_HOLD, WISH_END, WISH_KINDS = 4 };

enum { RUNNING, TRAPPED, GROUP_TRAPPED, LISTENING, ENDING };

struct thread {
    int32_t tid;
    int32_t state;
    int32_t signal; /* to be delivered when it goes on */
};

static struct {
    int32_t pid;
    int32_t stopper; /* its pid; 0: none */
    int32_t wishes;  /* eventfd: a wish has changed */
    int32_t changes; /* signalfd of SIGCHLD: a thread has changed its state */
    int32_t caller;  /* our pid */
    uint32_t wish;
    uint32_t answered; /* the wish that was fulfilled last */
    int32_t outcome;   /* of that: 1, 0 (not all threads are held), or -errno */
    uint32_t held;     /* the target is held since the last WISH_HOLD */
    int64_t held_ns;   /* time for which it was held, in all */
    int64_t since;     /* when the present hold began */
    int32_t count;
    struct thread threads[MOST_THREADS];
} stopping;

static _Alignas(16) char stopper_stack[STACK_BYTES];

/* A system call without errno: the result, or -errno. */
static long call(long number, long a, long b, long c, long d, long e) {
#if defined(__x86_64__)
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
#endif
}

static long trace(long request, int32_t tid, long data) {
    return call(SYS_ptrace, request, tid, 0, data, 0);
}

/* ---- in the stopper: threads ---- */

static int32_t find_thread(int32_t tid) {
    for (int32_t i = 0; i < stopping.count; i++) {
        if (stopping.threads[i].tid == tid) {
            return i;
        }
    }
    return -1;
}

/* Index of a thread, which is added if need be; -1 when it belongs to another process or is one too many. */
static int32_t add_thread(int32_t tid) {
    const int32_t known = find_thread(tid);
    if (known >= 0) {
        return known;
    }
    if (stopping.count == MOST_THREADS || call(SYS_tgkill, stopping.pid, tid, 0, 0, 0) != 0) {
        return -1;
    }
    stopping.threads[stopping.count] = (struct thread){tid, RUNNING, 0};
    return stopping.count++;
}

static void let_go(struct thread *thread) {
    if (thread->state == TRAPPED) {
        trace(PTRACE_CONT, thread->tid, thread->signal);
        thread->state = RUNNING;
    } else if (thread->state == GROUP_TRAPPED) {
        trace(PTRACE_LISTEN, thread->tid, 0);
        thread->state = LISTENING;
    }
    thread->signal = 0;
}

static int is_stop_signal(int32_t signal) {
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* Takes note of what wait has told of a thread, and lets it go on unless the target is held. */
static void note_change(int32_t tid, int32_t status) {
    int32_t at = find_thread(tid);
    if (!WIFSTOPPED(status)) {
        if (at >= 0) {
            stopping.threads[at] = stopping.threads[--stopping.count];
        }
        return;
    }
    const int32_t signal = WSTOPSIG(status);
    const int32_t event = status >> 16;
    if (event == PTRACE_EVENT_EXEC) { /* it was the only thread to live on, and has the first one's id now */
        stopping.count = 0;
        at = -1;
    }
    if (at < 0 && (at = add_thread(tid)) < 0) {
        trace(PTRACE_DETACH, tid, event == 0 ? signal : 0);
        return;
    }
    if (event == PTRACE_EVENT_CLONE) {
        unsigned long made = 0;
        if (call(SYS_ptrace, PTRACE_GETEVENTMSG, tid, 0, (long)&made, 0) == 0) {
            add_thread((int32_t)made);
        }
    }
    struct thread *thread = &stopping.threads[at];
    thread->state = event == PTRACE_EVENT_STOP && is_stop_signal(signal) ? GROUP_TRAPPED : TRAPPED;
    thread->signal = event == 0 ? signal : 0;
    if (!stopping.held) {
        let_go(thread);
    }
}

/* Notes the state changes of one thread (or of all, -1) that are there to be told. */
static void note_changes(int32_t tid) {
    int32_t status = 0;
    for (;;) {
        const long changed = call(SYS_wait4, tid, (long)&status, __WALL | WNOHANG, 0, 0);
        if (changed <= 0) {
            const int32_t lost = changed == -ECHILD ? find_thread(tid) : -1;
            if (lost >= 0) {
                stopping.threads[lost] = stopping.threads[--stopping.count];
            }
            return;
        }
        note_change((int32_t)changed, status);
    }
}

static void await(int32_t descriptor, int64_t longest) {
    struct pollfd polled[2] = {{stopping.changes, POLLIN, 0}, {descriptor, POLLIN, 0}};
    struct timespec time = {longest / 1000000000, longest % 1000000000};
    uint64_t drained[16];
    call(SYS_ppoll, (long)polled, descriptor < 0 ? 1 : 2, (long)(longest < 0 ? NULL : &time), 0, 8);
    call(SYS_read, stopping.changes, (long)drained, sizeof drained, 0, 0);
    if (descriptor >= 0) {
        call(SYS_read, descriptor, (long)drained, sizeof drained, 0, 0);
    }
}

/* These write text and return its end. */
static char *write_text(char *at, const char *text) {
    while (*text != '\0') {
        *at++ = *text++;
    }
    return at;
}

static char *write_number(char *at, int32_t number) {
    if (number >= 10) {
        at = write_number(at, number / 10);
    }
    *at = (char)('0' + number % 10);
    return at + 1;
}

/* True for a thread that is kept in the kernel, or is ending there. */
static int is_kept(int32_t tid) {
    char path[64];
    char *end = write_number(write_text(path, "/proc/"), stopping.pid);
    end = write_number(write_text(end, "/task/"), tid);
    *write_text(end, "/stat") = '\0';
    const long fd = call(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0);
    if (fd < 0) {
        return 1;
    }
    char text[512];
    const long length = call(SYS_read, fd, (long)text, sizeof text - 1, 0, 0);
    call(SYS_close, fd, 0, 0, 0, 0);
    if (length <= 0) {
        return 1;
    }
    text[length] = '\0';
    const char *state = strrchr(text, ')');
    return state != NULL && state[1] == ' ' && strchr("DZXx", state[2]) != NULL;
}

/* ---- in the stopper: wishes ---- */

/* Seizes all threads, also those that appear meanwhile. Returns 1 or -errno. */
static int32_t seize_all(void) {
    char path[32];
    *write_text(write_number(write_text(path, "/proc/"), stopping.pid), "/task") = '\0';
    long fault = -ESRCH;
    for (int32_t news = 1; news > 0;) {
        news = 0;
        const long fd = call(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, 0);
        if (fd < 0) {
            return (int32_t)fd;
        }
        _Alignas(8) char entries[8192];
        long length;
        while ((length = call(SYS_getdents64, fd, (long)entries, sizeof entries, 0, 0)) > 0) {
            /* struct linux_dirent64: inode, offset (8 bytes each), length (2), type (1), name */
            for (long at = 0; at < length; at += *(uint16_t *)(entries + at + 16)) {
                int32_t tid = 0;
                for (const char *c = entries + at + 19; *c >= '0' && *c <= '9'; c++) {
                    tid = tid * 10 + (*c - '0');
                }
                if (tid == 0 || find_thread(tid) >= 0) {
                    continue;
                }
                const long seized = trace(PTRACE_SEIZE, tid, PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC);
                if (seized == 0 && add_thread(tid) >= 0) {
                    news++;
                } else if (seized < 0) { /* has ended, or is ours already as the child of one that is */
                    fault = seized;
                } else if (stopping.count == MOST_THREADS) {
                    call(SYS_close, fd, 0, 0, 0, 0);
                    return -E2BIG;
                }
            }
        }
        call(SYS_close, fd, 0, 0, 0, 0);
    }
    return stopping.count > 0 ? 1 : (int32_t)fault;
}

static int64_t since(int64_t start) {
    return clock_ns(CLOCK_MONOTONIC) - start;
}

/* Stops all threads. Returns 1 when all are held, 0 when that could not be made sure in time. */
static int32_t hold_all(void) {
    stopping.since = clock_ns(CLOCK_MONOTONIC);
    __atomic_store_n(&stopping.held, 1, __ATOMIC_SEQ_CST);
    for (int32_t i = 0; i < stopping.count; i++) {
        struct thread *thread = &stopping.threads[i];
        if (thread->state == RUNNING && trace(PTRACE_INTERRUPT, thread->tid, 0) != 0) {
            thread->state = ENDING;
        }
    }
    for (int64_t waited = 0;; waited = since(stopping.since)) {
        int32_t missing = 0;
        /* Backwards: one that has ended is replaced by the last. */
        for (int32_t i = stopping.count - 1; i >= 0; i--) {
            const int32_t tid = stopping.threads[i].tid;
            if (stopping.threads[i].state == RUNNING) {
                note_changes(tid);
            }
            if (i < stopping.count && stopping.threads[i].state == RUNNING) {
                missing += waited < 1000000 || !is_kept(tid);
            }
        }
        if (missing == 0) {
            return stopping.count > 0 ? 1 : -ESRCH;
        }
        if (waited > MOST_AWAITED_NS) {
            return 0;
        }
        if (waited > GLANCE_NS) {
            await(-1, 1000000);
        }
    }
}

static void release_all(void) {
    if (!stopping.held) {
        return;
    }
    __atomic_store_n(&stopping.held, 0, __ATOMIC_SEQ_CST);
    for (int32_t i = 0; i < stopping.count; i++) {
        let_go(&stopping.threads[i]);
    }
    __atomic_fetch_add(&stopping.held_ns, since(stopping.since), __ATOMIC_SEQ_CST);
}

static void answer(uint32_t wish, int32_t outcome) {
    stopping.outcome = outcome;
    __atomic_store_n(&stopping.answered, wish, __ATOMIC_SEQ_CST);
    call(SYS_futex, (long)&stopping.answered, FUTEX_WAKE_PRIVATE, 1, 0, 0);
}

static uint32_t present_wish(void) {
    return __atomic_load_n(&stopping.wish, __ATOMIC_SEQ_CST);
}

static int run_stopper(void *nothing) {
    (void)nothing;
    const uint64_t no_action[8] = {0}; /* a default action: else ours, taken over, would apply */
    call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    call(SYS_prctl, PR_SET_NAME, (long)"tachyon-stopper", 0, 0, 0);
    call(SYS_rt_sigaction, SIGCHLD, (long)no_action, 0, 8, 0);
    call(SYS_setsid, 0, 0, 0, 0, 0);
    const struct sched_param lowest = {.sched_priority = 1};
    /* Where we may say so (root, CAP_SYS_NICE), it does not wait for a CPU while the target stands still. */
    call(SYS_sched_setscheduler, 0, SCHED_FIFO, (long)&lowest, 0, 0);
    if (call(SYS_getppid, 0, 0, 0, 0, 0) != stopping.caller) {
        return 0;
    }
    uint32_t done = present_wish();
    answer(done, seize_all());
    while (stopping.outcome != -ESRCH || stopping.count > 0) {
        const uint32_t wish = present_wish();
        if (wish != done) {
            done = wish;
            if (wish % WISH_KINDS == WISH_HOLD) {
                release_all(); /* a hold that lapsed without our noticing has been ended already */
                answer(wish, hold_all());
                continue;
            }
            release_all();
            answer(wish, 1);
            if (wish % WISH_KINDS == WISH_END) {
                return 0; /* the kernel frees the threads of a tracer that ends, and delivers their signals */
            }
        }
        note_changes(-1);
        const int64_t left = stopping.held ? MOST_HELD_NS - since(stopping.since) : -1;
        if (stopping.held && left <= 0) {
            release_all();
        } else {
            await(stopping.wishes, left);
        }
    }
    return 0;
}
