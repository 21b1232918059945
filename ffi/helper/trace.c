/*
 * The trace of a stack: 128 bits of what all its frames execute. Stacks of one thread that have the same trace are
 * taken to be the same. Of programs with a million different stacks, one in 10^26 would have two with one trace.
 */

struct trace {
    uint64_t one, two;
};

/* Doubles that a trace takes; odd numbers, of the digits of pi and e. */
enum { TRACE_LENGTH = 2 };
static const uint64_t TRACE_ONE = 0x243f6a8885a308d3u, TRACE_TWO = 0xb7e151628aed2a6bu;

/* Of a visit that has none. */
static const struct trace NO_TRACE = {0, 0};

static inline uint64_t fold(uint64_t a, uint64_t b) {
    const unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}
