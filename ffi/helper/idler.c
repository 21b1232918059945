/*
 * A thread of ours that keeps a CPU from sleeping while nobody else wants it: to be woken there takes as long then
 * as where a program runs, whether it runs just now or not. Whoever else wants the CPU has it (SCHED_IDLE).
 */

/* It ends by itself after this time, ns. */
enum { LONGEST_IDLING = 100000000 };
/* A CPU on which it has not begun by then is not free for it, ns. */
enum { IDLER_COMES = 500000 };

static struct {
    pthread_t thread;
    int is_there;
    _Atomic int32_t runs, ends;
    cpu_mask before; /* where the caller might run */
    cpu_mask others; /* the same without the idler's CPU */
} idler;

static void *idler_main(void *unused) {
    const struct sched_param none = {0};
    const int64_t until = clock_ns(CLOCK_MONOTONIC) + LONGEST_IDLING;
    (void)unused;
    prctl(PR_SET_NAME, "idler");
    if (sched_setscheduler(0, SCHED_IDLE, &none) != 0) {
        return NULL;
    }
    atomic_store(&idler.runs, 1);
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
    /* Where a program runs it would have to wait for its turn until it can end. */
    pthread_setaffinity_np(idler.thread, sizeof idler.others, idler.others);
    pthread_join(idler.thread, NULL);
    idler.is_there = 0;
    sched_setaffinity(0, sizeof idler.before, idler.before);
}

/*
 * Begins one on a CPU, which the caller leaves until it ends. 0 or -errno; -EXDEV where the caller has no other.
 * Both are to be called by the same thread.
 */
TACHYON int32_t tach_idler_begin(int32_t cpu) {
    cpu_mask there;
    pthread_attr_t attributes;
    if (!mask_of(cpu, there)) {
        return -EINVAL;
    }
    tach_idler_end();
    if (sched_getaffinity(0, sizeof idler.before, idler.before) != 0) {
        return -errno;
    }
    memcpy(idler.others, idler.before, sizeof idler.others);
    CPU_CLR_S((size_t)cpu, sizeof idler.others, idler.others);
    if (CPU_COUNT_S(sizeof idler.others, idler.others) == 0 ||
        sched_setaffinity(0, sizeof idler.others, idler.others) != 0) {
        return -EXDEV;
    }
    atomic_store(&idler.runs, 0);
    atomic_store(&idler.ends, 0);
    pthread_attr_init(&attributes);
    /* It begins there: on the caller's CPU it would have to wait until the caller sleeps. */
    int error = pthread_attr_setaffinity_np(&attributes, sizeof there, there);
    if (error == 0) {
        error = start_thread(&idler.thread, &attributes, idler_main);
    }
    pthread_attr_destroy(&attributes);
    if (error != 0) {
        sched_setaffinity(0, sizeof idler.before, idler.before);
        return -error;
    }
    idler.is_there = 1;
    const int64_t until = clock_ns(CLOCK_MONOTONIC) + IDLER_COMES;
    while (!atomic_load(&idler.runs) && clock_ns(CLOCK_MONOTONIC) < until) {
        relax();
    }
    return 0;
}
