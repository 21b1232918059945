/** How a fetch came out. */
export const FETCHED = 0;
/** What to read has changed (a new chunk, a larger window): fetch again. */
export const REARRANGED = 1;
/** The thread state is not what it was: list the threads anew. */
export const THREAD_LOST = 2;
/** The process has ended. */
export const PROCESS_LOST = 3;
/** The operating system refuses all of a sudden: the target has changed its user or started another program. */
export const ACCESS_LOST = 4;
