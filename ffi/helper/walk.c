/*
 * From frame to frame in a copy of a thread's data stack. What is regular is followed; at everything else it
 * stops, for TypeScript to decide.
 */

/* Why a walk stopped; W_ADDRESS is the frame in question. */
enum {
    MET_STABLE,  /* the stack before is met unchanged, W_KEPT deep */
    MET_BASE,    /* the thread's base frame */
    MET_END,     /* the frame met last has no caller */
    OUT_OF_ROOM, /* the arrays for frames are full */
    MET_OUTSIDE, /* a frame that is not in the chunks of the copy */
    MET_ENTRY,   /* a frame of the interpreter's own */
    MET_ODD,     /* code that is new, doubted, a generator's or the interpreter's, or does not fit */
    ALL_DONE     /* nothing: the stack is joined, and put onto what is kept of the one before */
};

/* Higher numbers of copies are garbage (src/cpython/code_object.ts). */
enum { MOST_COPIES = 0x8000 };

/* The object whose instructions hold an address, by binary search; -1: none. */
static int32_t find_by_instruction(const double *w, double instruction) {
    const int32_t *const sorted = NUMBERS(W_SORTED, int32_t);
    const double *const starts = NUMBERS(W_STARTS, double);
    int32_t low = 0, high = (int32_t)w[W_SORTED_COUNT];
    while (low < high) {
        const int32_t middle = (low + high) >> 1;
        if (starts[sorted[middle]] <= instruction) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        return -1;
    }
    const int32_t object = sorted[low - 1];
    const int32_t code = NUMBERS(W_CODE_OF, int32_t)[object];
    return instruction - starts[object] < NUMBERS(W_LENGTHS, int32_t)[code] ? object : -1;
}

/*
 * Follows the callers of regular frames in a copy, and notes each frame. Says why it stopped. Compiled
 * once for targets with copies of instructions, and once for all others, who shall not pay for them.
 */
static inline __attribute__((always_inline)) int32_t follow(double *w, const uint8_t *copy,
                                                            const int copies) {
    const uint32_t copy_at = copies ? (uint32_t)w[W_COPY] : 0;
    const uint32_t executable_at = (uint32_t)w[W_EXECUTABLE], previous_at = (uint32_t)w[W_PREVIOUS],
                   instruction_at = (uint32_t)w[W_INSTRUCTION], owner_at = (uint32_t)w[W_OWNER];
    const double size = w[W_FRAME_SIZE], limit = w[W_LIMIT], stable_until = w[W_STABLE_UNTIL];
    const uint32_t mask = (uint32_t)(int64_t)w[W_EXECUTABLE_MASK];
    const uint8_t interpreter = (uint8_t)w[W_INTERPRETER_OWNER];
    const uint8_t generator = (uint8_t)w[W_GENERATOR_OWNER];
    const int32_t *const object_low = NUMBERS(W_OBJECT_LOW, int32_t);
    const int32_t *const object_high = NUMBERS(W_OBJECT_HIGH, int32_t);
    const int32_t *const object_value = NUMBERS(W_OBJECT_VALUE, int32_t);
    const uint32_t object_mask = (uint32_t)w[W_OBJECT_MASK];
    const int32_t *const checked = NUMBERS(W_CHECKED, int32_t);
    const int32_t epoch = (int32_t)w[W_EPOCH];
    const int32_t *const code_of = NUMBERS(W_CODE_OF, int32_t);
    const double *const starts = NUMBERS(W_STARTS, double);
    const int32_t *const lengths = NUMBERS(W_LENGTHS, int32_t);
    const int32_t *const first_places = NUMBERS(W_FIRST_PLACES, int32_t);
    const int32_t *const oddities = NUMBERS(W_ODDITIES, int32_t);
    const double *const chunk_address = NUMBERS(W_CHUNK_ADDRESS, double);
    const double *const chunk_window = NUMBERS(W_CHUNK_WINDOW, double);
    const double *const chunk_at = NUMBERS(W_CHUNK_AT, double);
    const int32_t chunks = (int32_t)w[W_CHUNK_COUNT];
    const int32_t *const depth_at = NUMBERS(W_DEPTH_AT, int32_t);
    const double depth_at_length = w[W_DEPTH_AT_LENGTH];
    const double *const path_addresses = NUMBERS(W_PATH_ADDRESSES, double);
    const int32_t reusable = (int32_t)w[W_REUSABLE], path_depth = (int32_t)w[W_PATH_DEPTH];
    double *const addresses = NUMBERS(W_ADDRESSES, double);
    int32_t *const offsets = NUMBERS(W_OFFSETS, int32_t);
    int32_t *const codes = NUMBERS(W_CODES, int32_t);
    int32_t *const places = NUMBERS(W_PLACES, int32_t);
    const int32_t capacity = (int32_t)w[W_CAPACITY];
    const int32_t *const last_callee = NUMBERS(W_LAST_CALLEE, int32_t);
    const int32_t callers_known = (int32_t)w[W_LAST_CALLEE_LENGTH];
    const double base = w[W_BASE];
    const int held = w[W_HELD] != 0;

    int32_t joined = (int32_t)w[W_JOINED], restored = (int32_t)w[W_RESTORED];
    int32_t count = (int32_t)w[W_COUNT], chunk = (int32_t)w[W_CHUNK_HINT], stop;
    double address = w[W_ADDRESS], on_stack = w[W_ON_STACK];
    for (;;) {
        if (address == base) {
            stop = MET_BASE;
            break;
        }
        double distance = -1;
        for (int32_t i = 0; i < chunks; i++) {
            distance = address - chunk_address[chunk];
            if (distance >= 0 && distance + size <= chunk_window[chunk]) {
                break;
            }
            distance = -1;
            chunk = chunk == 0 ? chunks - 1 : chunk - 1;
        }
        if (distance < 0 || ((uint32_t)distance & 7) != 0 || chunk_at[chunk] + distance + size > limit) {
            stop = MET_OUTSIDE;
            break;
        }
        const double at = chunk_at[chunk] + distance;
        if (at + size <= stable_until && at / 8 < depth_at_length) {
            const int32_t met = depth_at[(uint32_t)at >> 3];
            if (met > 0 && met <= reusable && met <= path_depth && path_addresses[met - 1] == address) {
                w[W_KEPT] = met;
                stop = MET_STABLE;
                break;
            }
        }
        const uint8_t *const frame = copy + (uint32_t)at;
        const uint8_t owner = frame[owner_at];
        if (owner >= interpreter) {
            stop = MET_ENTRY;
            break;
        }
        const uint64_t executable = word_at(frame + executable_at);
        uint64_t high = executable >> 32;
        if (copies) {
            int32_t number;
            memcpy(&number, frame + copy_at, 4);
            if (number < 0 || number >= MOST_COPIES || high >= 0x8000) {
                stop = MET_ODD;
                break;
            }
            high |= (uint64_t)number << 16;
        }
        const uint64_t instruction = word_at(frame + instruction_at);
        const uint32_t object_address = (uint32_t)executable & mask;
        /* A frame that has been popped since keeps its instruction; so does one whose call begins. */
        const int popped = !copies && (count > 0 || !held) && object_address == 0 && high == 0;
        const int32_t object =
            popped ? find_by_instruction(w, (double)instruction)
                   : find_pair(object_low, object_high, object_value, object_mask,
                               (int32_t)object_address, (int32_t)high);
        if (object < 0 || checked[object] != epoch) {
            stop = MET_ODD;
            break;
        }
        const int32_t code = code_of[object];
        const double passed = (double)instruction - starts[object];
        if (oddities[code] != 0 || owner == generator || !(passed >= -2 && passed < lengths[code])) {
            stop = MET_ODD;
            break;
        }
        if (count == capacity) {
            stop = OUT_OF_ROOM;
            break;
        }
        addresses[count] = address;
        offsets[count] = (int32_t)at;
        codes[count] = code;
        const int32_t place = first_places[code] + (passed > 0 ? (int32_t)passed >> 1 : 0);
        places[count] = place;
        if (joined == count && (count == 0 || (place < callers_known &&
                                               last_callee[place] == codes[count - 1] + 1))) {
            joined++;
        }
        count++;
        restored += popped;
        on_stack = address;
        address = (double)word_at(frame + previous_at);
        if (address == 0) {
            stop = MET_END;
            break;
        }
    }
    w[W_COUNT] = count;
    w[W_CHUNK_HINT] = chunk;
    w[W_ADDRESS] = address;
    w[W_ON_STACK] = on_stack;
    w[W_JOINED] = joined;
    w[W_RESTORED] = restored;
    return stop;
}

TACHYON int32_t tach_follow(double *w, const uint8_t *copy) {
    return w[W_COPY] < 0 ? follow(w, copy, 0) : follow(w, copy, 1);
}
