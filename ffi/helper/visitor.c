/* The visitor: the thread that makes visits (visit.c), and what it takes to send it somewhere. */

static int32_t visit_in_round(void);

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
            if (visitor.round == NULL) {
                visit();
            } else if (visit_in_round() == VISITOR_PLANNED) {
                atomic_store(&visitor.state, VISITOR_PLANNED);
                wake_caller();
                continue;
            }
            /* Lingering ends by being let go, by a new call or by its bound; a call stays to be answered. */
            for (state = atomic_load(&visitor.state);
                 state != VISITOR_CALLED && state != VISITOR_PLANNED && state != VISITOR_ENDS &&
                 !atomic_compare_exchange_strong(&visitor.state, &state, VISITOR_RESTS);) {
            }
            wake_caller();
        } else if (state == VISITOR_ENDS) {
            return NULL;
        } else {
            rest(bell_of(state));
        }
    }
}

static int32_t begin_visitor(void) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    visitor.cpu = -1;
    visitor.bell = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    const int no_bell = visitor.bell < 0 ? errno : 0;
    atomic_store(&visitor.state, VISITOR_RESTS);
    const int error =
        no_bell ? no_bell : start_thread(&visitor.thread, &attributes, visitor_main);
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
 * it has not begun after patience, in ns, is taken back: 1.
 */
static int32_t await_visitor(int32_t one, int32_t other, int64_t patience) {
    const int64_t begun = clock_ns(CLOCK_MONOTONIC);
    for (;;) {
        int32_t state = atomic_load(&visitor.state);
        if (state != one && state != other) {
            return 0;
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
                return 1;
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
        if (!mask_of(cpu, mask) ||
            sched_setaffinity(atomic_load(&visitor.tid), sizeof mask, mask) != 0) {
            return -EXDEV;
        }
        visitor.cpu = cpu;
    }
    return 0;
}
