/*
 * A thread of our own, the visitor, that reads on the CPU where a thread of the target would run: while it
 * is there, that one cannot run, and what is read is one moment. It does nothing but read, so that the
 * target loses no more than that; what becomes of the bytes is worked out elsewhere.
 */

#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/timerfd.h>

enum {
    VISITOR_RESTS,   /* waits for a job */
    VISITOR_CALLED,  /* a job is there, and not begun */
    VISITOR_PLANNED, /* so it is, and is not to be begun before its time */
    VISITOR_READS,   /* the job has begun */
    VISITOR_LINGERS, /* has read, and stays on the CPU until it is let go */
    VISITOR_LEAVES,  /* is let go */
    VISITOR_ENDS     /* the thread is to end */
};

/* A thread of the target: its stat descriptor, and the address of its struct rseq, 0 if it has none. */
struct visited {
    int32_t stat, member; /* member: a thread that has the memory */
    uint64_t rseq;
};

/*
 * How long the caller spins for an answer before it sleeps, and the visitor lingers at most; a sleep that takes
 * longer than a moment has left the CPU. ns.
 */
enum { ANSWER_SPIN = 30000, LONGEST_LINGER = 1000000, MOMENT = 2000 };
/* Ranges of a read that is short, and the offset of `cpu_id` in a struct rseq. */
enum { MOST_SHORT = 64, CPU_ID = 4 };

static struct {
    _Atomic int32_t state;
    _Atomic int32_t awaited; /* the caller sleeps until the state changes */
    pthread_t thread;
    _Atomic int32_t tid; /* 0: there is no thread */
    int32_t cpu;         /* to which it is bound, -1 at first */
    int32_t bell;        /* the timer that wakes it */
    double switches;     /* how often it has left its CPU when that was counted last, */
    int32_t sleeps;      /* and since; -1 if that is not sure */
    /* the job */
    struct visited target;
    int32_t linger;
    int32_t plan; /* its number, if it was planned */
    int64_t at;
    struct iovec planned[MOST_SHORT];
    const void *ranges;
    uint32_t count, length, gap;
    void *into;
    /* what came of it */
    int32_t result, held;
} visitor = {.cpu = -1};

/*
 * The CPU on which a thread of the target ran last. The kernel tells it to the thread itself, in its struct
 * rseq, before it lets it run there: to read that takes a quarter of the time that /proc takes. Negative when
 * the thread is gone.
 */
static int32_t last_cpu(struct visited target) {
    uint32_t cpu = UINT32_MAX;
    if (target.rseq != 0) {
        const struct iovec local = {&cpu, sizeof cpu};
        const struct iovec remote = {(void *)(uintptr_t)(target.rseq + CPU_ID), sizeof cpu};
        ssize_t bytes;
        RETRIED(bytes, process_vm_readv(target.member, &local, 1, &remote, 1, 0));
        if (bytes == (ssize_t)sizeof cpu && cpu < sizeof(cpu_mask) * 8) {
            return (int32_t)cpu;
        }
    }
    return tach_task_cpu(target.stat);
}

/*
 * Whether a thread is on this CPU at the beginning of a visit. What rseq says afterwards holds for all of the
 * visit: to change it, the thread has to run.
 */
static int32_t is_here(struct visited target, int32_t cpu) {
    return target.rseq != 0 || tach_task_cpu(target.stat) == cpu;
}

static void futex_wake(_Atomic int32_t *word) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* Sleeps while the word has this value, ns at most (0: without end). */
static void futex_wait(_Atomic int32_t *word, int32_t value, int64_t ns) {
    const struct timespec most = {ns / 1000000000, (long)(ns % 1000000000)};
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, ns > 0 ? &most : NULL, NULL, 0);
}

/* Wakes the visitor at a time of CLOCK_MONOTONIC in ns, or at once (0). */
static void ring(int64_t at) {
    const struct itimerspec time = {
        .it_value = {at / 1000000000, at > 0 ? (long)(at % 1000000000) : 1}};
    timerfd_settime(visitor.bell, at > 0 ? TFD_TIMER_ABSTIME : 0, &time, NULL);
}

/* Sleeps until the bell rings. */
static void rest(void) {
    const int64_t from = clock_ns(CLOCK_MONOTONIC);
    uint64_t rings;
    const ssize_t got = read(visitor.bell, &rings, sizeof rings);
    const int is_sure = got == (ssize_t)sizeof rings && visitor.sleeps >= 0 &&
                        clock_ns(CLOCK_MONOTONIC) - from > MOMENT;
    visitor.sleeps = is_sure ? visitor.sleeps + 1 : -1;
}

/* Wakes the caller, which sleeps where a reading takes long, and else spins. */
static void wake_caller(void) {
    if (atomic_load(&visitor.awaited)) {
        futex_wake(&visitor.state);
    }
}

/*
 * Reads as the job says. Returns where the target ran last, if that could be read behind all else in the same
 * call; else a negative number.
 */
static int32_t read_job(void) {
    const uint32_t count = visitor.count;
    if (visitor.target.rseq != 0 && !visitor.linger && visitor.gap == 0 && count <= MOST_SHORT) {
        struct iovec ranges[MOST_SHORT + 1];
        size_t bytes = 0;
        memcpy(ranges, visitor.ranges, count * sizeof *ranges);
        for (uint32_t i = 0; i < count; i++) {
            bytes += ranges[i].iov_len;
        }
        if (bytes <= visitor.length) {
            int32_t cpu = -1;
            ranges[count] =
                (struct iovec){(void *)(uintptr_t)(visitor.target.rseq + CPU_ID), sizeof cpu};
            const struct iovec local[2] = {{visitor.into, bytes}, {&cpu, sizeof cpu}};
            ssize_t read;
            RETRIED(read,
                    process_vm_readv(visitor.target.member, local, 2, ranges, count + 1, 0));
            const size_t got = read < 0 ? 0 : (size_t)read;
            visitor.result = read < 0 ? -errno : (int32_t)(got < bytes ? got : bytes);
            return got == bytes + sizeof cpu ? cpu : -1;
        }
    }
    visitor.result = read_ranges(visitor.target.member, visitor.ranges, count, visitor.into,
                                 visitor.length, visitor.gap);
    return -1;
}

/*
 * To count how often it leaves the CPU takes 0.7 us of the target's time: it is done once a visit, at the end
 * of it. In between it has to have slept as often as it knows of, and nothing else.
 */
static void visit(void) {
    const double switches =
        visitor.sleeps < 0 ? count_switches() : visitor.switches + visitor.sleeps;
    const int32_t cpu = sched_getcpu();
    const int32_t before = is_here(visitor.target, cpu);
    const int32_t told = read_job();
    int32_t in_time = 1;
    if (visitor.linger) {
        const int64_t until = clock_ns(CLOCK_MONOTONIC) + LONGEST_LINGER;
        atomic_store(&visitor.state, VISITOR_LINGERS);
        wake_caller();
        while (atomic_load(&visitor.state) == VISITOR_LINGERS &&
               clock_ns(CLOCK_MONOTONIC) < until) {
            relax();
        }
        in_time = atomic_load(&visitor.state) != VISITOR_LINGERS;
    }
    const int is_same = (told >= 0 ? told : last_cpu(visitor.target)) == cpu && sched_getcpu() == cpu;
    visitor.switches = count_switches();
    visitor.sleeps = 0;
    visitor.held = in_time && before && is_same && visitor.switches == switches;
}

static void *visitor_main(void *unused) {
    const struct sched_param lowest = {.sched_priority = 1};
    (void)unused;
    prctl(PR_SET_NAME, "visitor");
    /* Before ordinary threads where we may say so (root, CAP_SYS_NICE); it takes a few us at a time. */
    if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest) != 0) {
        be_prompt();
    }
    visitor.sleeps = -1;
    atomic_store(&visitor.tid, (int32_t)syscall(SYS_gettid));
    futex_wake(&visitor.tid);
    for (;;) {
        int32_t state = atomic_load(&visitor.state);
        const int is_due = state == VISITOR_CALLED || (state == VISITOR_PLANNED &&
                                                       clock_ns(CLOCK_MONOTONIC) >= visitor.at);
        if (is_due && atomic_compare_exchange_strong(&visitor.state, &state, VISITOR_READS)) {
            visit();
            /* Lingering ends by being let go, by a new call or by its bound; a call stays to be answered. */
            for (state = atomic_load(&visitor.state);
                 state != VISITOR_CALLED && state != VISITOR_PLANNED && state != VISITOR_ENDS &&
                 !atomic_compare_exchange_strong(&visitor.state, &state, VISITOR_RESTS);) {
            }
            wake_caller();
        } else if (state == VISITOR_ENDS) {
            return NULL;
        } else {
            rest();
        }
    }
}

static int32_t begin_visitor(void) {
    pthread_attr_t attributes;
    sigset_t all, before;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    sigfillset(&all); /* signals are for the program's other threads */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    visitor.cpu = -1;
    visitor.bell = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    const int no_bell = visitor.bell < 0 ? errno : 0;
    atomic_store(&visitor.state, VISITOR_RESTS);
    const int error =
        no_bell ? no_bell : pthread_create(&visitor.thread, &attributes, visitor_main, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (error != 0 && visitor.bell >= 0) {
        close(visitor.bell);
    }
    while (error == 0 && atomic_load(&visitor.tid) == 0) {
        futex_wait(&visitor.tid, 0, 0);
    }
    return -error;
}

/*
 * Waits until the visitor has left one of two states; spins at first, as most answers come soon. A job that
 * it has not begun after patience, in ns, is taken back.
 */
static void await_visitor(int32_t one, int32_t other, int64_t patience) {
    const int64_t begun = clock_ns(CLOCK_MONOTONIC);
    for (;;) {
        int32_t state = atomic_load(&visitor.state);
        if (state != one && state != other) {
            return;
        }
        const int64_t waited = clock_ns(CLOCK_MONOTONIC) - begun;
        if (waited < ANSWER_SPIN) {
            relax();
        } else {
            const int is_called = state == VISITOR_CALLED || state == VISITOR_PLANNED;
            if (is_called && waited >= patience) {
                if (!atomic_compare_exchange_strong(&visitor.state, &state, VISITOR_RESTS)) {
                    continue;
                }
                visitor.result = -EBUSY;
                visitor.held = 0;
                return;
            }
            atomic_store(&visitor.awaited, 1);
            futex_wait(&visitor.state, state, is_called ? patience - waited : 0);
            atomic_store(&visitor.awaited, 0);
        }
    }
}

/* Sees to it that there is a visitor, and that it is to be on a CPU. 0 or -errno. */
static int32_t send_visitor(int32_t cpu) {
    if (atomic_load(&visitor.tid) == 0) {
        const int32_t failed = begin_visitor();
        if (failed != 0) {
            return failed;
        }
    }
    if (visitor.cpu != cpu) {
        cpu_mask mask;
        if (cpu < 0 || cpu >= (int32_t)sizeof mask * 8) {
            return -EXDEV;
        }
        CPU_ZERO_S(sizeof mask, mask);
        CPU_SET_S((size_t)cpu, sizeof mask, mask);
        if (sched_setaffinity(atomic_load(&visitor.tid), sizeof mask, mask) != 0) {
            return -EXDEV;
        }
        visitor.cpu = cpu;
    }
    return 0;
}
