/*
 * The stopper of stopper.c as its owner sees it: starting it, telling it what to do, ending it. Linux. All
 * functions are called by one thread, which the stopper takes for its parent.
 */

static const int64_t ANSWER_NS = 1000000000; /* a stopper that does not answer for so long is given up */

static void close_stopping(void) {
    close(stopping.wishes);
    close(stopping.changes);
    stopping.stopper = 0;
}

/* Ends a stopper that does not answer; the kernel lets the target run. */
static void give_up_stopper(void) {
    kill(stopping.stopper, SIGKILL);
    waitpid(stopping.stopper, NULL, __WALL);
    stopping.held = 0;
    close_stopping();
}

static uint32_t tell_wish(uint32_t kind) {
    const uint32_t wish = (stopping.wish / WISH_KINDS + 1) * WISH_KINDS + kind;
    const uint64_t one = 1;
    ssize_t written;
    __atomic_store_n(&stopping.wish, wish, __ATOMIC_SEQ_CST);
    RETRIED(written, write(stopping.wishes, &one, sizeof one));
    return wish;
}

/* Waits until a wish is answered. Returns the outcome; -ECANCELED: the stopper is gone; -ETIMEDOUT: given up. */
static int32_t await_answer(uint32_t wish) {
    const int64_t start = clock_ns(CLOCK_MONOTONIC);
    for (;;) {
        const uint32_t seen = __atomic_load_n(&stopping.answered, __ATOMIC_SEQ_CST);
        if (seen == wish) {
            return stopping.outcome;
        }
        const struct timespec nap = {0, 10000000};
        const long slept =
            syscall(SYS_futex, &stopping.answered, FUTEX_WAIT_PRIVATE, seen, &nap, NULL, 0);
        if (slept == 0 || errno != ETIMEDOUT) {
            continue;
        }
        if (waitpid(stopping.stopper, NULL, __WALL | WNOHANG) == stopping.stopper) {
            stopping.held = 0;
            close_stopping();
            return -ECANCELED;
        }
        if (since(start) > ANSWER_NS) {
            give_up_stopper();
            return -ETIMEDOUT;
        }
    }
}

/*
 * Starts the stopper on a process. Everything until tach_stopper_end is to be called by this thread.
 * Returns 1; -EPERM: not allowed, or somebody else traces it; -ESRCH: gone; -EBUSY: there is a stopper;
 * -E2BIG: more than MOST_THREADS threads; -ECANCELED, -ETIMEDOUT: the stopper has ended or does not answer;
 * or another -errno.
 */
TACHYON int32_t tach_stopper_begin(int32_t pid) {
    if (stopping.stopper != 0) {
        return -EBUSY;
    }
    stopping.pid = pid;
    stopping.count = 0;
    stopping.held = 0;
    stopping.held_ns = 0;
    stopping.caller = getpid();
    stopping.wish = (stopping.wish / WISH_KINDS + 1) * WISH_KINDS + WISH_RUN;
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    stopping.wishes = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    stopping.changes = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    const uint64_t all = ~(uint64_t)0; /* the kernel's signal set: the stopper can only be killed */
    uint64_t before = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
    const int32_t stopper = stopping.wishes < 0 || stopping.changes < 0
        ? -1
        : clone(run_stopper, stopper_stack + STACK_BYTES, CLONE_VM | CLONE_FILES | CLONE_FS, NULL);
    const int32_t fault = -errno;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof all);
    if (stopper < 0) {
        close_stopping();
        return fault;
    }
    stopping.stopper = stopper;
    const int32_t outcome = await_answer(stopping.wish);
    if (outcome != 1 && stopping.stopper != 0) {
        give_up_stopper();
    }
    return outcome;
}

static void be_ordinary(void) {
    const struct sched_param none = {.sched_priority = 0};
    sched_setscheduler(0, SCHED_OTHER, &none);
    be_prompt();
}

/*
 * Stops the target. Returns 1: all threads are held; 0: not all are; negative: target or stopper are gone.
 * Until tach_stopper_release we go before ordinary threads where we may say so, so as not to wait for a CPU
 * while the target stands still.
 */
TACHYON int32_t tach_stopper_hold(void) {
    if (stopping.stopper == 0) {
        return -ESRCH;
    }
    const struct sched_param lowest = {.sched_priority = 1};
    sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest);
    const int32_t outcome = await_answer(tell_wish(WISH_HOLD));
    if (outcome < 0) {
        be_ordinary();
    }
    return outcome;
}

/* 1 as long as the target has been held without a break since tach_stopper_hold. */
TACHYON int32_t tach_stopper_holds(void) {
    return (int32_t)__atomic_load_n(&stopping.held, __ATOMIC_SEQ_CST);
}

/* Lets the target run. */
TACHYON void tach_stopper_release(void) {
    if (stopping.stopper != 0) {
        tell_wish(WISH_RUN);
    }
    be_ordinary();
}

/* Time for which the target was held, in microseconds, up to the last release that has taken effect. */
TACHYON double tach_stopper_time(void) {
    return (double)__atomic_load_n(&stopping.held_ns, __ATOMIC_SEQ_CST) / 1e3;
}

/* Lets the target run and be, and ends the stopper. */
TACHYON void tach_stopper_end(void) {
    if (stopping.stopper == 0) {
        return;
    }
    if (await_answer(tell_wish(WISH_END)) == 1 && stopping.stopper != 0) {
        waitpid(stopping.stopper, NULL, __WALL);
        close_stopping();
    }
}
