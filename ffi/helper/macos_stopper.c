/*
 * Stopping the target for a reading, and letting it run again whatever happens to us. macOS.
 *
 * A process of its own, the stopper, holds the right to the target's task. It stops the target with
 * task_suspend2, which gives a token; the kernel lets the target run when the token dies with its holder.
 *  - we are killed, or crash: the stopper finds its end of the socket closed, lets go and ends;
 *  - we are stopped, or hang, while the target is held: it lets the target go after MOST_HELD_MS;
 *  - the stopper is killed: the kernel lets the target go. If it hangs, we kill it.
 * The stopper is in a session of its own and takes no signals, so that a Ctrl-Z or Ctrl-C does not reach it.
 */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum {
    MOST_HELD_MS = 100, /* the longest that the target stands still */
    ANSWER_MS = 1000,   /* a stopper that does not answer for so long is given up */
    LOOK_MS = 1000,     /* from one look whether the owner is there to the next */
};

/* What is written to the stopper, a byte each, and what it answers. */
enum { WISH_HOLD = 'h', WISH_RUN = 'r', WISH_END = 'e' };
enum { ANSWER_DONE = 'd', ANSWER_GONE = 'g', ANSWER_DENIED = 'n' };

/* Shared between both. */
struct holding {
    uint32_t held; /* the target has been held since the last WISH_HOLD, without a break */
    int64_t held_us;
};

static struct {
    int32_t stopper; /* its pid; 0: none */
    int socket;
    struct holding *shared;
} stopping = {0, -1, NULL};

/* ---- the stopper itself ---- */

struct hold {
    task_t task;
    task_suspension_token_t token; /* MACH_PORT_NULL: the target runs */
    double since;
};

static void let_go(struct hold *hold, struct holding *shared) {
    if (hold->token == MACH_PORT_NULL) {
        return;
    }
    __atomic_store_n(&shared->held, 0, __ATOMIC_SEQ_CST);
    if (task_resume2(hold->token) != KERN_SUCCESS) {
        mach_port_deallocate(mach_task_self(), hold->token);
    }
    hold->token = MACH_PORT_NULL;
    __atomic_fetch_add(&shared->held_us, (int64_t)(tach_now() - hold->since), __ATOMIC_SEQ_CST);
}

static char take_hold(struct hold *hold, struct holding *shared) {
    let_go(hold, shared);
    hold->since = tach_now();
    if (task_suspend2(hold->task, &hold->token) != KERN_SUCCESS) {
        hold->token = MACH_PORT_NULL;
        return ANSWER_GONE;
    }
    __atomic_store_n(&shared->held, 1, __ATOMIC_SEQ_CST);
    return ANSWER_DONE;
}

static int answer(int socket, char text) {
    ssize_t written;
    do {
        written = write(socket, &text, 1);
    } while (written < 0 && errno == EINTR);
    return written == 1;
}

/*
 * Serves wishes until there are none any more. The end of the socket is not told of while a program that the
 * owner has started holds its other end open, too.
 */
static void serve(int socket, struct hold *hold, struct holding *shared, pid_t owner) {
    for (;;) {
        int wait = LOOK_MS;
        if (hold->token != MACH_PORT_NULL) {
            const double left = MOST_HELD_MS - (tach_now() - hold->since) / 1e3;
            wait = left > 0 ? (int)left + 1 : 0;
        }
        struct pollfd wish = {.fd = socket, .events = POLLIN, .revents = 0};
        const int ready = poll(&wish, 1, wait);
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (ready == 0) {
            let_go(hold, shared);
            if (getppid() != owner) {
                break;
            }
            continue;
        }
        char kind = WISH_END;
        if (ready < 0 || read(socket, &kind, 1) != 1) {
            kind = WISH_END;
        }
        if (kind == WISH_HOLD) {
            if (!answer(socket, take_hold(hold, shared))) {
                break;
            }
            continue;
        }
        let_go(hold, shared);
        if (kind == WISH_END) {
            break;
        }
    }
    let_go(hold, shared);
}

static void run_stopper(int32_t pid, int socket, struct holding *shared, pid_t owner) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    setsid();
    struct hold hold = {MACH_PORT_NULL, MACH_PORT_NULL, 0};
    const kern_return_t result = task_for_pid(mach_task_self(), pid, &hold.task);
    if (answer(socket, result == KERN_SUCCESS ? ANSWER_DONE : ANSWER_DENIED) &&
        result == KERN_SUCCESS) {
        serve(socket, &hold, shared, owner);
    }
    _exit(0);
}

/* ---- its owner ---- */

static void forget_stopper(void) {
    close(stopping.socket);
    while (waitpid(stopping.stopper, NULL, 0) < 0 && errno == EINTR) {
    }
    __atomic_store_n(&stopping.shared->held, 0, __ATOMIC_SEQ_CST);
    stopping.stopper = 0;
    stopping.socket = -1;
}

static int32_t give_up_stopper(void) {
    kill(stopping.stopper, SIGKILL);
    forget_stopper();
    return -ESRCH;
}

/* Waits for an answer. Returns it, or -ESRCH when the stopper is gone. */
static int32_t await_answer(void) {
    const double until = tach_now() + ANSWER_MS * 1e3;
    for (;;) {
        const double left = (until - tach_now()) / 1e3;
        struct pollfd change = {.fd = stopping.socket, .events = POLLIN, .revents = 0};
        const int ready = left > 0 ? poll(&change, 1, (int)left + 1) : 0;
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        char text;
        if (ready <= 0 || read(stopping.socket, &text, 1) != 1) {
            return give_up_stopper();
        }
        return text;
    }
}

/*
 * Starts the stopper on a process. Returns 1; -EPERM: not permitted, or gone; -ESRCH: the stopper does not
 * answer; -EBUSY: there is one; or another -errno.
 */
TACHYON int32_t tach_stopper_begin(int32_t pid) {
    if (stopping.stopper != 0) {
        return -EBUSY;
    }
    int ends[2];
    if (stopping.shared == NULL) {
        void *const page = mmap(NULL, sizeof *stopping.shared, PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANON, -1, 0);
        if (page == MAP_FAILED) {
            return -errno;
        }
        stopping.shared = page;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        return -errno;
    }
    for (int end = 0; end < 2; end++) {
        fcntl(ends[end], F_SETFD, FD_CLOEXEC);
    }
#if defined(SO_NOSIGPIPE)
    const int one = 1;
    setsockopt(ends[0], SOL_SOCKET, SO_NOSIGPIPE, &one, sizeof one);
#endif
    stopping.shared->held = 0;
    stopping.shared->held_us = 0;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t owner = getpid(), stopper = fork();
    if (stopper == 0) {
        close(ends[0]);
        run_stopper(pid, ends[1], stopping.shared, owner);
    }
    const int32_t fault = -errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (stopper < 0) {
        close(ends[0]);
        return fault;
    }
    stopping.stopper = stopper;
    stopping.socket = ends[0];
    const int32_t outcome = await_answer();
    if (outcome == ANSWER_DONE) {
        return 1;
    }
    if (stopping.stopper != 0) {
        forget_stopper();
    }
    return outcome < 0 ? outcome : -EPERM;
}

/* Stops the target. Returns 1: no thread of it runs any more; -ESRCH: target or stopper are gone. */
TACHYON int32_t tach_stopper_hold(void) {
    if (stopping.stopper == 0) {
        return -ESRCH;
    }
    if (!answer(stopping.socket, WISH_HOLD)) {
        return give_up_stopper();
    }
    return await_answer() == ANSWER_DONE ? 1 : -ESRCH;
}

/* 1 as long as the target has been held without a break since tach_stopper_hold. */
TACHYON int32_t tach_stopper_holds(void) {
    return stopping.shared == NULL
        ? 0
        : (int32_t)__atomic_load_n(&stopping.shared->held, __ATOMIC_SEQ_CST);
}

/* Lets the target run. */
TACHYON void tach_stopper_release(void) {
    if (stopping.stopper != 0 && !answer(stopping.socket, WISH_RUN)) {
        give_up_stopper();
    }
}

/* Time for which the target was held, in microseconds, up to the last release that has taken effect. */
TACHYON double tach_stopper_time(void) {
    return stopping.shared == NULL
        ? 0
        : (double)__atomic_load_n(&stopping.shared->held_us, __ATOMIC_SEQ_CST);
}

/* Lets the target run and be, and ends the stopper. */
TACHYON void tach_stopper_end(void) {
    if (stopping.stopper == 0) {
        return;
    }
    answer(stopping.socket, WISH_END);
    forget_stopper();
}
