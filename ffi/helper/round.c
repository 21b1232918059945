/*
 * Rounds: several visits at times to come, which the visitor makes one after another by itself, each into a
 * place of its own. To wake the caller costs more than a visit does; so it is woken for many at once. What a
 * round has read must need nothing else: where that is not so, the round is over, and the visitor stays where
 * it is until the caller has come, who reads the rest of the same moment.
 */

/* The sheet of a round: doubles, in this order; ROUND in ffi/round.ts has the same. */
enum {
    R_COUNT,         /* visits */
    R_SLOT,          /* the time that each has, us: by how many times that one is late, so many after it are left out */
    R_STRIDE,        /* bytes from the place of one to that of the next */
    R_FRAME_AT,      /* where the copy has the current frame */
    R_IDENT_AT,      /* where it has the low half of the thread's ident, which is R_IDENT */
    R_IDENT,
    R_CHUNK_AT,      /* where it has the current chunk of the data stack, and the end of what is used of it */
    R_CHUNK_TOP_AT,
    R_GENERATION_AT, /* where it has the low half of the count of freed code objects, which is R_GENERATION */
    R_GENERATION,
    R_BASE_AT,       /* where it has the thread's base frame, below which there is nothing; -1: it has none */
    R_BASE,          /* or one that is known to be the last, 0 if none is */
    R_EMPTY_AT,      /* where it has a number that is to be 0; -1: nowhere */
    R_PREVIOUS,      /* where a frame has the one that it returns to */
    R_FRAME_BYTES,   /* what is read of each frame */
    R_HANDLED_AT,    /* where it has the item of the exception that is handled, which is R_HANDLED; -1: nowhere */
    R_HANDLED,
    R_ASKS,          /* not 0: the system is asked at each visit what the thread does, as R_ROW says */
    R_EXECUTABLE,    /* where a frame has its code, */
    R_INSTRUCTION,   /* what it executes of it, */
    R_OWNER,         /* and whose it is: what a trace is of */
    R_CALM_AT,       /* where the copy has a number that is 0 in visits that have a trace; -1: nowhere */
    R_BORN_AT,       /* where it has two numbers that change when a thread comes, -1: nowhere; */
    R_BORN,          /* and what they are */
    R_MADE = R_BORN + 2, /* visits made or left out, from the first one on */
    R_WANTING,       /* not 0: the next one was made, but something was missing */
    R_OVER,          /* not 0: code was freed, or a thread has come, so that the last one made was the last */
    R_VISITS,        /* two numbers each: when it is due, and when it was made, us; 0: left out */
    R_ROW = R_VISITS + 2 * MOST_IN_ROUND, /* the row of activity.c that is renewed, */
    R_ROWS = R_ROW + ACTIVITY_LENGTH,     /* and what was in it at each visit */
    R_TRACES = R_ROWS + ACTIVITY_LENGTH * MOST_IN_ROUND /* a struct trace of each visit (recall.c) */
};

/* A visit that did not hold is made so often at most; stacks that are longer are not looked through. */
enum { MOST_TRIES = 3, MOST_FOLLOWED = 100000 };

/* What a visit has read, and the range of it in which something was found last. */
struct copied {
    const uint8_t *bytes;
    uint32_t range, at;
};

static uint64_t number_at(const uint8_t *copy, double at) {
    uint64_t number;
    memcpy(&number, copy + (uint32_t)at, sizeof number);
    return number;
}

/* What was read of an address; NULL if that is not all of it. */
static const uint8_t *find_copied(struct copied *copy, uint64_t address, uint64_t bytes) {
    const struct iovec *const ranges = visitor.planned;
    for (uint32_t i = 0; i < visitor.count; i++) {
        const struct iovec range = ranges[copy->range];
        const uint64_t passed = address - (uint64_t)(uintptr_t)range.iov_base;
        if (passed < range.iov_len) {
            return bytes <= range.iov_len - passed ? copy->bytes + copy->at + passed : NULL;
        }
        copy->at += (uint32_t)range.iov_len;
        if (++copy->range == visitor.count) {
            copy->range = copy->at = 0;
        }
    }
    return NULL;
}

/* Adds a frame to a trace. */
static inline void add_to_trace(const double *sheet, const uint8_t *frame, struct trace *trace) {
    const uint64_t executable = number_at(frame, sheet[R_EXECUTABLE]);
    const uint64_t instruction = number_at(frame, sheet[R_INSTRUCTION]) ^
                                 (uint64_t)frame[(uint32_t)sheet[R_OWNER]] << 56;
    trace->one = fold(trace->one ^ executable, instruction ^ TRACE_ONE);
    trace->two = fold(trace->two ^ instruction, executable ^ TRACE_TWO);
}

/* Whether the stack can be told from what was read, and nothing more; if so, its trace is left behind. */
static int is_complete(const double *sheet, const uint8_t *bytes, struct trace *trace) {
    struct copied copy = {bytes, 0, 0};
    *trace = (struct trace){TRACE_TWO, TRACE_ONE};
    if ((uint32_t)number_at(bytes, sheet[R_IDENT_AT]) != (uint32_t)sheet[R_IDENT]) {
        return 0;
    }
    if (sheet[R_EMPTY_AT] >= 0 && (uint32_t)number_at(bytes, sheet[R_EMPTY_AT]) != 0) {
        return 0;
    }
    if (sheet[R_HANDLED_AT] >= 0 &&
        number_at(bytes, sheet[R_HANDLED_AT]) != (uint64_t)sheet[R_HANDLED]) {
        return 0;
    }
    const uint64_t chunk = number_at(bytes, sheet[R_CHUNK_AT]);
    const uint64_t used = number_at(bytes, sheet[R_CHUNK_TOP_AT]) - chunk;
    if (chunk != 0 && find_copied(&copy, chunk, used) == NULL) {
        return 0;
    }
    const uint64_t base = sheet[R_BASE_AT] < 0 ? 0 : number_at(bytes, sheet[R_BASE_AT]);
    uint64_t frame = number_at(bytes, sheet[R_FRAME_AT]);
    for (int32_t i = 0; i < MOST_FOLLOWED; i++) {
        if (frame == 0 || frame == base || frame == (uint64_t)sheet[R_BASE]) {
            return 1;
        }
        const uint8_t *const found = find_copied(&copy, frame, (uint64_t)sheet[R_FRAME_BYTES]);
        if (found == NULL) {
            return 0;
        }
        add_to_trace(sheet, found, trace);
        frame = number_at(found, sheet[R_PREVIOUS]);
    }
    return 0;
}

/* Whether there is nothing to be told of a visit but what its frames execute. */
static int is_calm(const double *sheet, const uint8_t *bytes) {
    return sheet[R_CALM_AT] < 0 || (uint32_t)number_at(bytes, sheet[R_CALM_AT]) == 0;
}

/* Whether a thread has come. */
static int has_born(const double *sheet, const uint8_t *bytes) {
    const double at = sheet[R_BORN_AT];
    return at >= 0 && (number_at(bytes, at) != (uint64_t)sheet[R_BORN] ||
                       number_at(bytes, at + 8) != (uint64_t)sheet[R_BORN + 1]);
}

static void leave_trace(double *sheet, uint32_t at, struct trace trace) {
    memcpy(sheet + R_TRACES + at * TRACE_LENGTH, &trace, sizeof trace);
}

/* Asks what the thread does, for a visit. */
static void ask(double *sheet, uint32_t at) {
    double *const row = sheet + R_ROW;
    tach_read_activity(row);
    memcpy(sheet + R_ROWS + at * ACTIVITY_LENGTH, row, ACTIVITY_LENGTH * sizeof *row);
}

/* Makes the visit that is due, where the thread is by now. */
static void visit_there(void) {
    visit();
    for (int i = 1; i < MOST_TRIES && !visitor.held; i++) {
        const int32_t cpu = last_cpu(visitor.target);
        if (cpu != visitor.cpu && send_visitor(cpu) != 0) {
            return;
        }
        visitor.sleeps = -1;
        visit();
    }
}

/* Has the next visit made after one that was made then. 0: there is none any more. */
static int32_t go_on(double *sheet, double made_at) {
    uint32_t next = (uint32_t)sheet[R_MADE] + 1;
    const double late = made_at - sheet[R_VISITS + 2 * (next - 1)];
    for (double left = late - sheet[R_SLOT]; left >= 0 && next < (uint32_t)sheet[R_COUNT];
         left -= sheet[R_SLOT]) {
        sheet[R_VISITS + 2 * next++ + 1] = 0;
    }
    sheet[R_MADE] = next;
    if (next == (uint32_t)sheet[R_COUNT]) {
        return 0;
    }
    visitor.next = next;
    visitor.into = visitor.places + next * visitor.length;
    visitor.at = (int64_t)(sheet[R_VISITS + 2 * next] * 1e3);
    return 1;
}

/* Makes the next visit of a round, and sees what comes after it. Returns the state that the visitor is to be in. */
static int32_t visit_in_round(void) {
    double *const sheet = visitor.round;
    const uint32_t at = (uint32_t)sheet[R_MADE];
    const uint8_t *const copy = visitor.into;
    const double made_at = (double)clock_ns(CLOCK_MONOTONIC) / 1e3;
    if (sheet[R_ASKS] != 0) {
        ask(sheet, at);
    }
    visit_there();
    struct trace trace;
    const int is_whole =
        visitor.result == (int32_t)visitor.bytes && is_complete(sheet, copy, &trace);
    if (visitor.held && is_whole) {
        const int is_left = go_on(sheet, made_at);
        sheet[R_VISITS + 2 * at + 1] = made_at;
        const int is_same =
            (uint32_t)number_at(copy, sheet[R_GENERATION_AT]) == (uint32_t)sheet[R_GENERATION];
        leave_trace(sheet, at, is_same && is_calm(sheet, copy) ? trace : NO_TRACE);
        if (is_same && !has_born(sheet, copy)) {
            return is_left ? VISITOR_PLANNED : VISITOR_RESTS;
        }
        sheet[R_OVER] = 1;
    }
    /* The caller is to come soon: something has changed, or is missing. */
    atomic_store(&visitor.awaited, 1);
    if (visitor.held && !is_whole) {
        sheet[R_WANTING] = 1;
        linger();
    }
    return VISITOR_RESTS;
}

/*
 * Has visits made at times to come, as the sheet says. Ranges are copied; sheet and places have to stay until
 * tach_round_join or tach_visit_drop. Returns 0 where that cannot be.
 */
TACHYON int32_t tach_round_plan(int32_t target_stat, double target_rseq, int32_t tid, int32_t stat,
                                const void *ranges, uint32_t count, void *places, double *sheet) {
    tach_visit_drop();
    if (!may_plan(count) || !is_there(stat) || !has_bells()) {
        return 0;
    }
    const struct visited target = {target_stat, tid, (uint64_t)target_rseq};
    set_planned(target, ranges, count, places, (uint32_t)sheet[R_STRIDE], sheet[R_VISITS]);
    visitor.places = places;
    visitor.bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        visitor.bytes += (uint32_t)visitor.planned[i].iov_len;
    }
    sheet[R_MADE] = sheet[R_WANTING] = sheet[R_OVER] = 0;
    visitor.next = 0;
    visitor.round = sheet;
    atomic_store(&visitor.awaited, 0);
    atomic_store(&visitor.state, VISITOR_PLANNED);
    ring(visitor.bell, visitor.at);
    for (uint32_t i = 1; i < (uint32_t)sheet[R_COUNT]; i++) {
        ring(visitor.bells[i], (int64_t)(sheet[R_VISITS + 2 * i] * 1e3));
    }
    return 1;
}

/*
 * Sleeps until a round is over, or a time has come, in us as tach_now has it; visits that have not been made
 * then, nor in patience_us, are taken back. What the round has come to stands in its sheet.
 */
TACHYON void tach_round_join(double until, uint32_t patience_us) {
    const int64_t end = (int64_t)(until * 1e3);
    own_visit.active = 0;
    for (;;) {
        const int32_t state = atomic_load(&visitor.state);
        const int64_t left = end - clock_ns(CLOCK_MONOTONIC);
        if ((state != VISITOR_PLANNED && state != VISITOR_READS) || left <= 0) {
            break;
        }
        futex_wait(&visitor.state, state, left);
    }
    if (await_visitor(VISITOR_PLANNED, VISITOR_READS, (int64_t)patience_us * 1000)) {
        leave_round();
    }
}
