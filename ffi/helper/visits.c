/* What the visitor (visitor.c) is asked for: visits at once, and visits at a time to come. */

/*
 * A caller that is on that CPU already is its own visitor, until tach_visit_end: to wait there for another
 * thread of ours would be to wait for itself.
 */
static struct {
    int32_t active, cpu, before;
    struct visited target;
    double switches;
} own_visit;

/* Takes back what is planned, if anything is; when this returns, nothing is being read any more. */
TACHYON void tach_visit_drop(void) {
    for (;;) {
        int32_t state = VISITOR_PLANNED;
        const int was_planned =
            atomic_compare_exchange_strong(&visitor.state, &state, VISITOR_RESTS);
        if (was_planned) {
            leave_round();
            break;
        }
        if (state != VISITOR_READS && state != VISITOR_LEAVES) {
            break;
        }
        await_visitor(VISITOR_READS, VISITOR_LEAVES, 0);
    }
    visitor.plan = 0;
}

/* Whether a visit to so many ranges can be planned: where the last one was, which is not where the caller is. */
static int may_plan(uint32_t count) {
    return count <= MOST_SHORT && atomic_load(&visitor.tid) != 0 && sched_getcpu() != visitor.cpu;
}

/* Says what the visitor, which rests, is to read next. */
static void set_job(struct visited target, const void *ranges, uint32_t count, void *into,
                    uint32_t length, uint32_t gap, int32_t linger) {
    visitor.target = target;
    visitor.ranges = ranges;
    visitor.count = count;
    visitor.into = into;
    visitor.length = length;
    visitor.gap = gap;
    visitor.linger = linger;
    visitor.round = NULL;
}

/* The same for what is not to be begun before its time, in us; the ranges are copied. */
static void set_planned(struct visited target, const void *ranges, uint32_t count, void *into,
                        uint32_t length, double at) {
    memcpy(visitor.planned, ranges, count * sizeof *visitor.planned);
    set_job(target, visitor.planned, count, into, length, 0, 0);
    visitor.at = (int64_t)(at * 1e3);
}

/*
 * Reads as tach_read does, on the CPU where a thread of the target runs or ran last. target_stat is its stat
 * descriptor, target_rseq the address of its struct rseq, 0 if it has none. With linger the visitor stays
 * there until tach_visit_end, a millisecond at most. Also returns -EBUSY when it did not get onto the CPU in
 * patience_us, and -EXDEV when it may not go there, or the thread is gone.
 */
TACHYON int32_t tach_visit(int32_t target_stat, double target_rseq, int32_t tid, int32_t stat,
                           const void *ranges, uint32_t count, void *into, uint32_t length,
                           uint32_t gap, int32_t linger, uint32_t patience_us) {
    tach_visit_drop();
    visitor.held = 0;
    if (!is_there(stat)) {
        return -ESRCH;
    }
    const struct visited target = {target_stat, tid, (uint64_t)target_rseq};
    const int32_t cpu = last_cpu(target);
    own_visit.active = sched_getcpu() == cpu;
    if (own_visit.active) {
        own_visit.switches = count_switches();
        own_visit.cpu = cpu;
        own_visit.target = target;
        own_visit.before = is_here(target, cpu);
        return read_ranges(tid, ranges, count, into, length, gap);
    }
    const int32_t failed = send_visitor(cpu);
    if (failed != 0) {
        return failed;
    }
    set_job(target, ranges, count, into, length, gap, linger);
    atomic_store(&visitor.state, VISITOR_CALLED);
    ring(visitor.bell, 0);
    await_visitor(VISITOR_CALLED, VISITOR_READS, (int64_t)patience_us * 1000);
    return visitor.result;
}

/*
 * Has a visit made at a time to come, in us as tach_now has it: the visitor is woken for it by the clock, and
 * the caller can sleep a little longer. Ranges are copied; what they are read into has to stay until
 * tach_visit_join or tach_visit_drop. Returns a number for tach_visit_join, or 0 where it has to be made when
 * it is time for it.
 */
TACHYON int32_t tach_visit_plan(int32_t target_stat, double target_rseq, int32_t tid,
                                const void *ranges, uint32_t count, void *into, uint32_t length,
                                double at) {
    static int32_t plans;
    tach_visit_drop();
    /* If the thread goes elsewhere until then, this visit is not held. */
    if (!may_plan(count)) {
        return 0;
    }
    const struct visited target = {target_stat, tid, (uint64_t)target_rseq};
    set_planned(target, ranges, count, into, length, at);
    plans = plans < INT32_MAX ? plans + 1 : 1;
    visitor.plan = plans;
    atomic_store(&visitor.state, VISITOR_PLANNED);
    ring(visitor.bell, visitor.at);
    return plans;
}

/*
 * What a planned visit has read: as tach_visit, which it is in all else. -EBUSY also if it has been dropped.
 */
TACHYON int32_t tach_visit_join(int32_t plan, int32_t stat, uint32_t patience_us) {
    own_visit.active = 0;
    if (visitor.plan != plan) {
        visitor.held = 0;
        return -EBUSY;
    }
    visitor.plan = 0;
    if (!is_there(stat)) {
        tach_visit_drop();
        visitor.held = 0;
        return -ESRCH;
    }
    await_visitor(VISITOR_PLANNED, VISITOR_READS, (int64_t)patience_us * 1000);
    return visitor.result;
}

/* Lets the visitor go. 1 if the target's thread could not run from the last tach_visit until now. */
TACHYON int32_t tach_visit_end(void) {
    if (own_visit.active) {
        own_visit.active = 0;
        return own_visit.before && last_cpu(own_visit.target) == own_visit.cpu &&
               sched_getcpu() == own_visit.cpu && count_switches() == own_visit.switches;
    }
    int32_t state = VISITOR_LINGERS;
    if (atomic_compare_exchange_strong(&visitor.state, &state, VISITOR_LEAVES)) {
        await_visitor(VISITOR_LEAVES, VISITOR_READS, 0);
    }
    return visitor.held;
}

/*
 * The CPU time of the visitor, in us. The kernel counts it from the moment at which it is woken, so that what it
 * takes to interrupt the target is in it.
 */
TACHYON double tach_visits_took(void) {
    clockid_t clock;
    if (atomic_load(&visitor.tid) == 0 || pthread_getcpuclockid(visitor.thread, &clock) != 0) {
        return 0;
    }
    return (double)clock_ns(clock) / 1e3;
}

/* How many visits it has made. */
TACHYON uint32_t tach_visits_made(void) {
    return visitor.visits;
}

/* Ends the visitor's thread, if there is one. */
TACHYON void tach_visitor_end(void) {
    if (atomic_load(&visitor.tid) == 0) {
        return;
    }
    tach_visit_end();
    tach_visit_drop();
    atomic_store(&visitor.state, VISITOR_ENDS);
    ring(visitor.bell, 0);
    pthread_join(visitor.thread, NULL);
    close(visitor.bell);
    close_bells();
    atomic_store(&visitor.tid, 0);
}
