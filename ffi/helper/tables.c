/*
 * The tables that the hot loops over a copy of a thread's data stack (walk.c, join.c) share with
 * TypeScript, which does such loops several times slower: numbers, and addresses of arrays of this process,
 * which fit a double. src/cpython/frame_loops.ts and src/sampler/interner.ts have the same lists. Nothing
 * allocates, and no array is written beyond the capacity that the table states.
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
