/*
 * What the kernel says of a thread of the target: whether it runs, for how long it has run and has waited for
 * a CPU, and what it is blocked on.
 */

/* Places in a row of doubles. The first three are descriptors, -1 where there is none. */
enum {
    ACTIVITY_STAT,
    ACTIVITY_SCHEDSTAT,
    ACTIVITY_SYSCALL,
    ACTIVITY_STATE,  /* see below */
    ACTIVITY_RAN,    /* time on a CPU as of the last switch or scheduler tick, ns */
    ACTIVITY_WAITED, /* time waited for a CPU, up to when it got one last, ns */
    ACTIVITY_RUNS,   /* how often it has got one */
    ACTIVITY_FUTEX,  /* address of the futex it is blocked on, 0 for none */
    ACTIVITY_LENGTH
};

/* A thread that is runnable has a CPU or waits for one. */
enum { STATE_UNKNOWN = -1, STATE_BLOCKED = 0, STATE_RUNNABLE = 1 };

/* Reads a short file from its start; the text is ended. Returns its length, 0 if it is gone. */
static ssize_t read_text(int fd, char *text, size_t size) {
    ssize_t length;
    RETRIED(length, pread(fd, text, size - 1, 0));
    text[length > 0 ? length : 0] = '\0';
    return length > 0 ? length : 0;
}

/*
 * The address of the futex that a blocked thread waits for (proc_pid_syscall(5): the number of the call
 * and its arguments); 0 if it waits for something else.
 */
static double read_futex(int fd) {
    char text[256];
    char *at;
    if (fd < 0 || read_text(fd, text, sizeof text) == 0 || strtol(text, &at, 10) != SYS_futex ||
        at == text) {
        return 0;
    }
    return (double)strtoull(at, NULL, 16);
}

/*
 * Opens a file of a thread from the descriptor of tach_open_process: 0 stat, 1 schedstat, 2 syscall.
 * Returns a descriptor or -errno.
 */
TACHYON int32_t tach_open_task_file(int32_t process, int32_t tid, int32_t file) {
    static const char *const names[] = {"stat", "schedstat", "syscall"};
    char path[48];
    int fd;
    snprintf(path, sizeof path, "task/%d/%s", tid, names[file]);
    RETRIED(fd, openat(process, path, O_RDONLY | O_CLOEXEC));
    return fd >= 0 ? fd : -errno;
}

/*
 * Renews a row. A thread that was blocked and has not got a CPU since is blocked on the same thing still:
 * one short read tells.
 */
TACHYON void tach_read_activity(double *row) {
    char text[128];
    unsigned long long ran = 0, waited = 0, runs = 0;
    if (row[ACTIVITY_SCHEDSTAT] >= 0 &&
        read_text((int)row[ACTIVITY_SCHEDSTAT], text, sizeof text) > 0) {
        char *at = text;
        ran = strtoull(at, &at, 10);
        waited = strtoull(at, &at, 10);
        runs = strtoull(at, &at, 10);
    }
    if (row[ACTIVITY_STATE] == STATE_BLOCKED && runs > 0 && row[ACTIVITY_RUNS] == (double)runs &&
        row[ACTIVITY_RAN] == (double)ran) {
        return;
    }
    row[ACTIVITY_RAN] = (double)ran;
    row[ACTIVITY_WAITED] = (double)waited;
    row[ACTIVITY_RUNS] = (double)runs;
    row[ACTIVITY_FUTEX] = 0;
    struct stat_line line;
    if (row[ACTIVITY_STAT] < 0 || !read_stat((int)row[ACTIVITY_STAT], &line) || line.state == 'Z' ||
        line.state == 'X') {
        row[ACTIVITY_STATE] = STATE_UNKNOWN;
    } else if (line.state == 'R') {
        row[ACTIVITY_STATE] = STATE_RUNNABLE;
    } else {
        row[ACTIVITY_STATE] = STATE_BLOCKED;
        row[ACTIVITY_FUTEX] = read_futex((int)row[ACTIVITY_SYSCALL]);
    }
}
