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
    W_COPY,     /* where a frame has the number of its copy of the instructions, -1: there are none */
    /* code objects by the address of their first instruction */
    W_SORTED,   /* i32: objects */
    W_SORTED_COUNT,
    W_HELD,     /* 1: the thread is said not to run */
    W_RESTORED, /* so many frames had lost their code; it was told from their instruction */
    /* calls: edges by (place, callee), and what is known of each */
    W_EDGE_PLACE,
    W_EDGE_CALLEE,
    W_EDGE_VALUE,
    W_EDGE_MASK,
    W_EDGE_STATES, /* i32 by edge */
    /* the edge learned last, by (caller's code, callee) */
    W_NEWEST_CALLER,
    W_NEWEST_CALLEE,
    W_NEWEST_VALUE,
    W_NEWEST_MASK,
    W_SITES,     /* i32 by edge: the place it begins at */
    W_NEXT_SITE, /* i32 by edge: the next one of the same two codes + 1 */
    /* frames whose places were moved to where they call from */
    W_MOVED_AT,   /* i32: index of the frame */
    W_MOVED_FROM, /* i32: the place it had */
    W_MOVED_COUNT, /* -1: nobody wants to know */
    W_MOVED_CAPACITY,
    W_MOVES,  /* how many were moved by the last call */
    W_LOWEST, /* the last of them, -1 for none */
    /* a reading in one go */
    W_CHUNKS_AT, /* where the chunks begin in the copy */
    W_SAME       /* the path's places are as they were up to this depth */
};

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

/* What is known of an edge, as src/cpython/edge_table.ts has it; and what to do about the others. */
enum { FRESH, KNOWN, DISMISSED };
enum { OPEN, STRICT, EXACT };

/*
 * Where a caller stood when it called, given where it stands now (src/cpython/edge_table.ts, `callSite`).
 * -1: it is not known to call this code.
 */
static int32_t call_site(const double *w, int32_t caller, int32_t callee, int32_t place) {
    const int32_t *const sites = NUMBERS(W_SITES, int32_t);
    const int32_t *const next = NUMBERS(W_NEXT_SITE, int32_t);
    int32_t edge = find_pair(NUMBERS(W_NEWEST_CALLER, int32_t), NUMBERS(W_NEWEST_CALLEE, int32_t),
                             NUMBERS(W_NEWEST_VALUE, int32_t), (uint32_t)w[W_NEWEST_MASK], caller, callee);
    int32_t before = -1, last = -1;
    for (; edge >= 0; edge = next[edge] - 1) {
        const int32_t site = sites[edge];
        if (site <= place && site > before) {
            before = site;
        }
        if (site > last) {
            last = site;
        }
    }
    return before >= 0 ? before : last;
}

/*
 * Joins frames from index `from` (1 or more) on to the ones above them: those that stand where they are
 * known to call them, and those whose place can be moved to where they are. Returns the index of the first
 * that is neither; the count of frames when there is none.
 */
TACHYON int32_t tach_join(double *w, int32_t from, int32_t policy) {
    const int32_t *const codes = NUMBERS(W_CODES, int32_t);
    int32_t *const places = NUMBERS(W_PLACES, int32_t);
    int32_t *const last_callee = NUMBERS(W_LAST_CALLEE, int32_t);
    const int32_t *const edge_place = NUMBERS(W_EDGE_PLACE, int32_t);
    const int32_t *const edge_callee = NUMBERS(W_EDGE_CALLEE, int32_t);
    const int32_t *const edge_value = NUMBERS(W_EDGE_VALUE, int32_t);
    const uint32_t edge_mask = (uint32_t)w[W_EDGE_MASK];
    const int32_t *const states = NUMBERS(W_EDGE_STATES, int32_t);
    int32_t *const moved_at = NUMBERS(W_MOVED_AT, int32_t);
    int32_t *const moved_from = NUMBERS(W_MOVED_FROM, int32_t);
    const int32_t capacity = (int32_t)w[W_MOVED_CAPACITY];
    const int32_t known = (int32_t)w[W_LAST_CALLEE_LENGTH], count = (int32_t)w[W_COUNT];
    int32_t moved = (int32_t)w[W_MOVED_COUNT], moves = 0, lowest = -1;
    int32_t i = from;
    for (; i < count; i++) {
        const int32_t place = places[i], callee = codes[i - 1];
        if (place < known && last_callee[place] == callee + 1) {
            continue;
        }
        const int32_t edge = find_pair(edge_place, edge_callee, edge_value, edge_mask, place, callee);
        if (edge >= 0 && states[edge] == KNOWN) {
            if (place < known) {
                last_callee[place] = callee + 1;
            }
            continue;
        }
        if (policy == EXACT || (policy == OPEN && (edge < 0 || states[edge] != DISMISSED))) {
            break;
        }
        const int32_t site = call_site(w, codes[i], callee, place);
        if (site < 0 || moved == capacity) {
            break;
        }
        if (moved >= 0) {
            moved_at[moved] = i;
            moved_from[moved] = place;
            moved++;
        }
        places[i] = site;
        lowest = i;
        moves++;
    }
    w[W_MOVED_COUNT] = moved;
    w[W_MOVES] = moves;
    w[W_LOWEST] = lowest;
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

/* True if the frame met last is known to be called by the uppermost of those that are kept. */
static int joins_kept(const double *w) {
    const int32_t count = (int32_t)w[W_COUNT], kept = (int32_t)w[W_KEPT];
    if (count == 0) {
        return 1;
    }
    const int32_t place = NUMBERS(W_PATH_PLACES, int32_t)[kept - 1];
    return place < (int32_t)w[W_LAST_CALLEE_LENGTH] &&
           NUMBERS(W_LAST_CALLEE, int32_t)[place] == NUMBERS(W_CODES, int32_t)[count - 1] + 1;
}

/*
 * Begins a walk: sees up to where the copy is the same as the one before, and follows frames. If these lead
 * to the stack before or to the base, and nothing stands in the way, joins them and puts them onto what is
 * kept: ALL_DONE. Else says why `follow` stopped, and has done no more than that.
 */
TACHYON int32_t tach_take(double *w, const uint8_t *copy, const uint8_t *before, int32_t policy) {
    w[W_STABLE_UNTIL] = 0;
    if (w[W_REUSABLE] > 0) {
        const uint32_t from = (uint32_t)w[W_CHUNKS_AT];
        const double end = w[W_LIMIT] < w[W_CHUNKS_END] ? w[W_LIMIT] : w[W_CHUNKS_END];
        const uint32_t length = end > from ? (uint32_t)end - from : 0;
        w[W_STABLE_UNTIL] = from + tach_first_difference(copy + from, before + from, length);
    }
    const int32_t stop = tach_follow(w, copy);
    if (stop != MET_STABLE && (stop != MET_BASE || w[W_COUNT] == 0)) {
        return stop;
    }
    if (stop == MET_BASE) {
        w[W_KEPT] = 0;
    }
    const int32_t kept = (int32_t)w[W_KEPT], count = (int32_t)w[W_COUNT];
    if (kept + count > (int32_t)w[W_PATH_CAPACITY]) {
        return stop;
    }
    const int32_t from = w[W_JOINED] > 1 ? (int32_t)w[W_JOINED] : 1;
    w[W_MOVED_COUNT] = 0;
    const int32_t joined = tach_join(w, from, policy);
    if ((from < count && joined < count) || (kept > 0 && !joins_kept(w))) {
        int32_t *const places = NUMBERS(W_PLACES, int32_t);
        for (int32_t moved = (int32_t)w[W_MOVED_COUNT] - 1; moved >= 0; moved--) {
            places[NUMBERS(W_MOVED_AT, int32_t)[moved]] = NUMBERS(W_MOVED_FROM, int32_t)[moved];
        }
        return stop;
    }
    w[W_SAME] = tach_put_above(w, kept);
    return ALL_DONE;
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
