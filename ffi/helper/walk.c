/*
 * The hot loops over the copy of a thread's data stack, which TypeScript does several times slower: from
 * frame to frame, from frames to a path, from places to stacks. They do what is regular and stop at
 * everything else, for TypeScript to decide.
 *
 * Both sides share one table of doubles (src/cpython/frame_loops.ts has the same list): numbers, and
 * addresses of arrays of this process, which fit a double. Nothing here allocates, and no array is
 * written beyond the capacity that the table states.
 */

enum {
    /* layout of the target's frames, bytes */
    W_EXECUTABLE,
    W_PREVIOUS,
    W_INSTRUCTION,
    W_OWNER,
    W_FRAME_SIZE,
    W_EXECUTABLE_MASK, /* what to keep of the low half of an executable */
    W_INTERPRETER_OWNER,
    W_GENERATOR_OWNER,
    /* code objects by address (PairMap), and what is known of them */
    W_OBJECT_LOW,
    W_OBJECT_HIGH,
    W_OBJECT_VALUE,
    W_OBJECT_MASK,
    W_CHECKED, /* i32 by object: the epoch in which it was last known to be the same */
    W_EPOCH,
    W_CODE_OF,      /* i32 by object */
    W_STARTS,       /* f64 by object */
    W_LENGTHS,      /* i32 by code */
    W_FIRST_PLACES, /* i32 by code */
    W_ODDITIES,     /* i32 by code: 0 an ordinary one */
    /* chunks of the data stack, from the root upwards: f64 each */
    W_CHUNK_ADDRESS,
    W_CHUNK_WINDOW,
    W_CHUNK_AT,
    W_CHUNK_COUNT,
    W_CHUNK_HINT, /* where to look first; kept up */
    /* the copy */
    W_LIMIT,        /* bytes in it */
    W_CHUNKS_END,   /* where the chunks end */
    W_STABLE_UNTIL, /* up to here it is the same as the one before */
    /* the stack before */
    W_REUSABLE,    /* depth of it that may be taken over */
    W_DEPTH_AT,    /* i32 by 8-byte word of the copy: depth + 1 */
    W_DEPTH_AT_LENGTH,
    W_PATH_ADDRESSES, /* f64 by depth */
    W_PATH_CODES,     /* i32 */
    W_PATH_PLACES,    /* i32 */
    W_PATH_DEPTH,
    W_PATH_CAPACITY,
    /* the frames that are met, leaf first */
    W_ADDRESSES, /* f64 */
    W_OFFSETS,   /* i32 */
    W_CODES,     /* i32 */
    W_PLACES,    /* i32 */
    W_COUNT,
    W_CAPACITY,
    /* calls: i32 by place, the callee + 1 that was last found known there */
    W_LAST_CALLEE,
    W_LAST_CALLEE_LENGTH,
    /* where the walk is */
    W_BASE,     /* address of the thread's base frame, -1 if it has none */
    W_ADDRESS,  /* of the frame to look at */
    W_ON_STACK, /* of the frame on the data stack that was met last, 0 for none */
    W_KEPT,     /* depth of the stack before at which it was met */
    W_JOINED,   /* so many frames from the leaf on are known to call one another */
    W_COPY      /* where a frame has the number of its copy of the instructions, -1: there are none */
};

/* Why a walk stopped; W_ADDRESS is the frame in question. */
enum {
    MET_STABLE,  /* the stack before is met unchanged, W_KEPT deep */
    MET_BASE,    /* the thread's base frame */
    MET_END,     /* the frame met last has no caller */
    OUT_OF_ROOM, /* the arrays for frames are full */
    MET_OUTSIDE, /* a frame that is not in the chunks of the copy */
    MET_ENTRY,   /* a frame of the interpreter's own */
    MET_ODD      /* code that is new, doubted, a generator's or the interpreter's, or does not fit */
};

/* Higher numbers of copies are garbage (src/cpython/code_object.ts). */
enum { MOST_COPIES = 0x8000 };

#define NUMBERS(slot, type) ((type *)(uintptr_t)w[slot])

static inline uint64_t word_at(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, 8);
    return word;
}

/* The hash of src/cpython/pair_map.ts. */
static inline uint32_t mix_pair(uint32_t first, uint32_t second) {
    uint32_t mixed = first * 0x85ebca6bu ^ second * 0xc2b2ae35u;
    mixed ^= mixed >> 15;
    mixed *= 0x2c1b3c6du;
    return mixed ^ (mixed >> 13);
}

static inline int32_t find_pair(const int32_t *firsts, const int32_t *seconds,
                                const int32_t *values, uint32_t mask, int32_t first,
                                int32_t second) {
    uint32_t place = mix_pair((uint32_t)first, (uint32_t)second) & mask;
    for (;;) {
        const int32_t value = values[place];
        if (value == 0) {
            return -1;
        }
        if (firsts[place] == first && seconds[place] == second) {
            return value - 1;
        }
        place = (place + 1) & mask;
    }
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

    int32_t joined = (int32_t)w[W_JOINED];
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
        const int32_t object = find_pair(object_low, object_high, object_value, object_mask,
                                         (int32_t)((uint32_t)executable & mask), (int32_t)high);
        if (object < 0 || checked[object] != epoch) {
            stop = MET_ODD;
            break;
        }
        const int32_t code = code_of[object];
        const double passed = (double)word_at(frame + instruction_at) - starts[object];
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
    return stop;
}

TACHYON int32_t tach_follow(double *w, const uint8_t *copy) {
    return w[W_COPY] < 0 ? follow(w, copy, 0) : follow(w, copy, 1);
}

/*
 * The first frame from index `from` (1 or more) on that stands at another place than where it was last
 * found known to call the frame above it; the count of frames when there is none.
 */
TACHYON int32_t tach_first_unknown(const double *w, int32_t from) {
    const int32_t *const codes = NUMBERS(W_CODES, int32_t);
    const int32_t *const places = NUMBERS(W_PLACES, int32_t);
    const int32_t *const last_callee = NUMBERS(W_LAST_CALLEE, int32_t);
    const int32_t known = (int32_t)w[W_LAST_CALLEE_LENGTH], count = (int32_t)w[W_COUNT];
    int32_t i = from;
    while (i < count && places[i] < known && last_callee[places[i]] == codes[i - 1] + 1) {
        i++;
    }
    return i;
}

/*
 * Puts the frames onto the lowest `kept` of the path, which has room for them, and notes where in the
 * copy those lie that are on the data stack. Returns the depth up to which the path's places stay as they
 * were.
 */
TACHYON int32_t tach_put_above(double *w, int32_t kept) {
    const double *const addresses = NUMBERS(W_ADDRESSES, double);
    const int32_t *const offsets = NUMBERS(W_OFFSETS, int32_t);
    const int32_t *const codes = NUMBERS(W_CODES, int32_t);
    const int32_t *const places = NUMBERS(W_PLACES, int32_t);
    double *const path_addresses = NUMBERS(W_PATH_ADDRESSES, double);
    int32_t *const path_codes = NUMBERS(W_PATH_CODES, int32_t);
    int32_t *const path_places = NUMBERS(W_PATH_PLACES, int32_t);
    int32_t *const depth_at = NUMBERS(W_DEPTH_AT, int32_t);
    const double chunks_end = w[W_CHUNKS_END], length = w[W_DEPTH_AT_LENGTH];
    const int32_t count = (int32_t)w[W_COUNT], capacity = (int32_t)w[W_PATH_CAPACITY];
    const int32_t before = (int32_t)w[W_PATH_DEPTH];
    int32_t depth = kept, same = kept;
    for (int32_t n = count - 1; n >= 0 && depth < capacity; n--) {
        path_addresses[depth] = addresses[n];
        path_codes[depth] = codes[n];
        if (same == depth && depth < before && path_places[depth] == places[n]) {
            same++;
        }
        path_places[depth] = places[n];
        depth++;
        const int32_t at = offsets[n];
        if (at >= 0 && at < chunks_end && at / 8 < length) {
            depth_at[at >> 3] = depth;
        }
    }
    w[W_PATH_DEPTH] = depth;
    return same;
}

/* The table for interning. */
enum {
    S_PREFIX, /* stacks by (prefix, frame) */
    S_FRAME,
    S_VALUE,
    S_MASK,
    S_FRAME_OF_PLACE, /* i32 by place: frame + 1, 0 for none yet */
    S_FRAME_OF_PLACE_LENGTH,
    S_PLACES, /* i32 by depth, root first */
    S_STACKS, /* i32 by depth: the stack up to there */
};

/*
 * Finds the stacks of the places from depth `from` up to `depth`, each on top of the one below it.
 * Returns the depth of the first that is not known yet, or `depth`.
 */
TACHYON int32_t tach_find_stacks(const double *w, int32_t from, int32_t depth) {
    const int32_t *const prefixes = NUMBERS(S_PREFIX, int32_t);
    const int32_t *const frames = NUMBERS(S_FRAME, int32_t);
    const int32_t *const values = NUMBERS(S_VALUE, int32_t);
    const uint32_t mask = (uint32_t)w[S_MASK];
    const int32_t *const frame_of_place = NUMBERS(S_FRAME_OF_PLACE, int32_t);
    const int32_t known = (int32_t)w[S_FRAME_OF_PLACE_LENGTH];
    const int32_t *const places = NUMBERS(S_PLACES, int32_t);
    int32_t *const stacks = NUMBERS(S_STACKS, int32_t);
    int32_t stack = from > 0 ? stacks[from - 1] : -1;
    for (int32_t d = from; d < depth; d++) {
        const int32_t place = places[d];
        const int32_t frame = place < known ? frame_of_place[place] - 1 : -1;
        stack = frame < 0 ? -1 : find_pair(prefixes, frames, values, mask, stack, frame);
        if (stack < 0) {
            return d;
        }
        stacks[d] = stack;
    }
    return depth;
}
