/*
 * From frames to the path of a stack, and from its places to stacks by number. Like walk.c it does what is
 * regular.
 */

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
    if (tach_join(w, from, policy) < count || (kept > 0 && !joins_kept(w))) {
        int32_t *const places = NUMBERS(W_PLACES, int32_t);
        for (int32_t moved = (int32_t)w[W_MOVED_COUNT] - 1; moved >= 0; moved--) {
            places[NUMBERS(W_MOVED_AT, int32_t)[moved]] = NUMBERS(W_MOVED_FROM, int32_t)[moved];
        }
        return stop;
    }
    w[W_SAME] = tach_put_above(w, kept);
    return ALL_DONE;
}

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
