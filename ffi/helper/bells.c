/*
 * Timers that wake the visitor. To set one has a price, of 6 us on some virtual machines, that is paid where it
 * is set: so the caller sets all that a round needs, each visit its own, and the target has none of it.
 */

/* Rings a bell at a time of CLOCK_MONOTONIC in ns, or at once (0). */
static void ring(int32_t bell, int64_t at) {
    const struct itimerspec time = {
        .it_value = {at / 1000000000, at > 0 ? (long)(at % 1000000000) : 1}};
    timerfd_settime(bell, at > 0 ? TFD_TIMER_ABSTIME : 0, &time, NULL);
}

/* Sleeps until a bell rings. */
static void rest(int32_t bell) {
    const int64_t from = clock_ns(CLOCK_MONOTONIC);
    uint64_t rings;
    const ssize_t got = read(bell, &rings, sizeof rings);
    const int is_sure = got == (ssize_t)sizeof rings && visitor.sleeps >= 0 &&
                        clock_ns(CLOCK_MONOTONIC) - from > MOMENT;
    visitor.sleeps = is_sure ? visitor.sleeps + 1 : -1;
}

/* What the visitor sleeps on. */
static int32_t bell_of(int32_t state) {
    const int is_within = state == VISITOR_PLANNED && visitor.round != NULL && visitor.next > 0;
    return is_within ? visitor.bells[visitor.next] : visitor.bell;
}

static void close_bells(void) {
    for (int i = 1; i < MOST_IN_ROUND && visitor.bells[i] > 0; i++) {
        close(visitor.bells[i]);
        visitor.bells[i] = 0;
    }
}

/* Sees to it that there are bells for a round. */
static int32_t has_bells(void) {
    for (int i = 1; i < MOST_IN_ROUND; i++) {
        if (visitor.bells[i] <= 0) {
            visitor.bells[i] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
        }
        if (visitor.bells[i] <= 0) {
            close_bells();
            return 0;
        }
    }
    return 1;
}

/* Calls the visitor out of a round that has been taken back. */
static void leave_round(void) {
    if (visitor.round == NULL) {
        return;
    }
    visitor.round = NULL;
    for (int i = 1; i < MOST_IN_ROUND; i++) {
        ring(visitor.bells[i], 0);
    }
}
