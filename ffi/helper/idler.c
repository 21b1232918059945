/*
 * A thread of ours that keeps a CPU from sleeping while nobody else wants it: to be woken there takes as long then
 * as where a program runs, whether it runs just now or not. Whoever else wants the CPU has it (SCHED_IDLE).
 */

/* It ends by itself after this time, ns. */
enum { LONGEST_IDLING = 100000000 };

static struct {
    pthread_t thread;
    int is_there;
    int32_t cpu;
    _Atomic int32_t ends;
    cpu_mask before; /* where the caller might run */
} idler;

static void *idler_main(void *unused) {
    const struct sched_param none = {0};
    const int64_t until = clock_ns(CLOCK_MONOTONIC) + LONGEST_IDLING;
    cpu_mask mask;
    (void)unused;
    prctl(PR_SET_NAME, "idler");
    CPU_ZERO_S(sizeof mask, mask);
    CPU_SET_S((size_t)idler.cpu, sizeof mask, mask);
    if (sched_setscheduler(0, SCHED_IDLE, &none) != 0 ||
        sched_setaffinity(0, sizeof mask, mask) != 0) {
        return NULL;
    }
    while (!atomic_load(&idler.ends) && clock_ns(CLOCK_MONOTONIC) < until) {
        relax();
    }
    return NULL;
}

/* Ends the idler, if there is one, and lets the caller go where it could before. */
TACHYON void tach_idler_end(void) {
    if (!idler.is_there) {
        return;
    }
    atomic_store(&idler.ends, 1);
    pthread_join(idler.thread, NULL);
    idler.is_there = 0;
    sched_setaffinity(0, sizeof idler.before, idler.before);
}

/*
 * Begins one on a CPU, which the caller leaves until it ends. 0 or -errno; -EXDEV where the caller has no other.
 * Both are to be called by the same thread.
 */
TACHYON int32_t tach_idler_begin(int32_t cpu) {
    sigset_t all, before;
    cpu_mask others;
    if (cpu < 0 || cpu >= (int32_t)sizeof(cpu_mask) * 8) {
        return -EINVAL;
    }
    tach_idler_end();
    if (sched_getaffinity(0, sizeof idler.before, idler.before) != 0) {
        return -errno;
    }
    memcpy(others, idler.before, sizeof others);
    CPU_CLR_S((size_t)cpu, sizeof others, others);
    if (CPU_COUNT_S(sizeof others, others) == 0 ||
        sched_setaffinity(0, sizeof others, others) != 0) {
        return -EXDEV;
    }
    idler.cpu = cpu;
    atomic_store(&idler.ends, 0);
    sigfillset(&all); /* signals are for the program's other threads */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int error = pthread_create(&idler.thread, NULL, idler_main, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        sched_setaffinity(0, sizeof idler.before, idler.before);
    }
    idler.is_there = error == 0;
    return -error;
}
