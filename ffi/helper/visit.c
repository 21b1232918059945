/*
 * A visit: a reading by a thread of ours, the visitor (visitor.c), on the CPU where a thread of the target
 * would run. While it is there, that one cannot run, and what is read is one moment. It does nothing but read,
 * so that the target loses no more than that; what becomes of the bytes is worked out elsewhere.
 */

#include <linux/futex.h>
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
/* Ranges of a read that is short, visits of a round, and the offset of `cpu_id` in a struct rseq. */
enum { MOST_SHORT = 64, MOST_IN_ROUND = 50, CPU_ID = 4 };

static struct {
    _Atomic int32_t state;
    _Atomic int32_t awaited; /* the caller sleeps until the state changes */
    pthread_t thread;
    _Atomic int32_t tid; /* 0: there is no thread */
    int32_t cpu;         /* to which it is bound, -1 at first */
    int32_t bell;        /* the timer that wakes it, */
    int32_t bells[MOST_IN_ROUND]; /* and those for the visits of a round but the first; there is no 0 */
    uint32_t visits;     /* that it has made */
    double switches;     /* how often it has left its CPU when that was counted last, */
    int32_t sleeps;      /* and since; -1 if that is not sure */
    /* the job */
    struct visited target;
    int32_t linger;
    int32_t plan; /* its number, if it was planned */
    int64_t at;
    struct iovec planned[MOST_SHORT];
    /* and of a round (round.c): its sheet, or NULL; number of the visit to come; bytes of a whole copy */
    double *round;
    uint32_t next, bytes;
    uint8_t *places;
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

/* Stays on the CPU until the caller lets it go or has something else to read. 0 if that took too long. */
static int32_t linger(void) {
    const int64_t until = clock_ns(CLOCK_MONOTONIC) + LONGEST_LINGER;
    atomic_store(&visitor.state, VISITOR_LINGERS);
    wake_caller();
    while (atomic_load(&visitor.state) == VISITOR_LINGERS && clock_ns(CLOCK_MONOTONIC) < until) {
        relax();
    }
    return atomic_load(&visitor.state) != VISITOR_LINGERS;
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
    const int32_t in_time = visitor.linger ? linger() : 1;
    const int is_same = (told >= 0 ? told : last_cpu(visitor.target)) == cpu && sched_getcpu() == cpu;
    visitor.switches = count_switches();
    visitor.sleeps = 0;
    visitor.visits++;
    visitor.held = in_time && before && is_same && visitor.switches == switches;
}
