/*
 * What the caller has made of stacks that visits of rounds have met, by their traces: most stacks of a program
 * are met again and again, and need not be put together from their frames each time. It holds as long as no code
 * is freed.
 */

/* Traces that are remembered at most, and places for them: a power of two. */
enum { MOST_RECALLED = 4096, RECALL_PLACES = 2 * MOST_RECALLED };

/* A memory, which lies with the caller, all 0 at first: RECALL_BYTES in ffi/round.ts has its size. */
struct memory {
    int64_t count;
    struct {
        struct trace trace;
        int64_t stack; /* and 1; 0: nothing is here */
    } places[RECALL_PLACES];
};

static uint32_t find_trace(const struct memory *memory, struct trace trace) {
    uint32_t at = (uint32_t)trace.one & (RECALL_PLACES - 1);
    while (memory->places[at].stack != 0 && (memory->places[at].trace.one != trace.one ||
                                             memory->places[at].trace.two != trace.two)) {
        at = (at + 1) & (RECALL_PLACES - 1);
    }
    return at;
}

static struct trace trace_of(const double *sheet, uint32_t visit) {
    struct trace trace;
    memcpy(&trace, sheet + R_TRACES + visit * TRACE_LENGTH, sizeof trace);
    return trace;
}

/* Tells what was made of the stack of each visit of a round that has been joined; -1: it is not known. */
TACHYON void tach_round_recall(const double *sheet, const struct memory *memory, int32_t *stacks) {
    for (uint32_t i = 0; i < (uint32_t)sheet[R_MADE]; i++) {
        stacks[i] = (int32_t)memory->places[find_trace(memory, trace_of(sheet, i))].stack - 1;
    }
}

/* Remembers what was made of the stack of a visit, a number not below 0. A full memory begins anew. */
TACHYON void tach_round_remember(const double *sheet, struct memory *memory, uint32_t visit,
                                 int32_t stack) {
    const struct trace trace = trace_of(sheet, visit);
    if (trace.one == NO_TRACE.one && trace.two == NO_TRACE.two) {
        return;
    }
    uint32_t at = find_trace(memory, trace);
    if (memory->places[at].stack == 0) {
        if (memory->count == MOST_RECALLED) {
            memset(memory, 0, sizeof *memory);
            at = find_trace(memory, trace);
        }
        memory->count++;
    }
    memory->places[at].trace = trace;
    memory->places[at].stack = (int64_t)stack + 1;
}
