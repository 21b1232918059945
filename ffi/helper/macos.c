/*
 * What the helper does on macOS: the clock of a thread, one read of many ranges of another task's memory, and
 * the kernel's answers about processes as they are, for TypeScript to take apart (ffi/macos/structs.ts has
 * the layouts). Results of Mach calls are kern_return_t, those of BSD calls errno, both below zero.
 */

#include <errno.h>
#include <libproc.h>
#include <mach/mach.h>
#include <mach/mach_time.h>
#include <mach/thread_policy.h>
#include <pthread/qos.h>
#include <sys/sysctl.h>
#include <unistd.h>

/* Declared in <mach/mach_vm.h>, which not every set of headers has. */
extern kern_return_t mach_vm_read_overwrite(vm_map_read_t task, mach_vm_address_t address,
                                            mach_vm_size_t size, mach_vm_address_t data,
                                            mach_vm_size_t *read);

/* Of the system's library, in no public header: what a program was signed as. */
extern int csops(pid_t pid, unsigned int operation, void *into, size_t size);
enum { SIGNING_STATUS = 0, SIGNING_ENTITLEMENTS = 7 };

/* A range as Ranges of ffi/process.ts lays it out. */
struct range {
    uint64_t address;
    uint64_t length;
};

/* ---- the calling thread ---- */

/* Microseconds in a unit of mach_absolute_time; Apple's own processors count at 24 MHz. */
TACHYON double tach_unit(void) {
    static double unit = 0;
    if (unit == 0) {
        mach_timebase_info_data_t base;
        unit = mach_timebase_info(&base) == KERN_SUCCESS && base.denom != 0
            ? (double)base.numer / base.denom / 1e3
            : 1e-3;
    }
    return unit;
}

/* mach_absolute_time in microseconds; it stands still while the machine sleeps. */
TACHYON double tach_now(void) {
    return (double)mach_absolute_time() * tach_unit();
}

/*
 * Sleeps until `deadline` less `spin` and spins for the rest, both in microseconds of tach_now. Returns at
 * once when the deadline has passed. Returns tach_now.
 */
TACHYON double tach_sleep_until(double deadline, double spin) {
    double now = tach_now();
    const double wake = deadline - (spin > 0 ? spin : 0);
    if (wake > now) {
        const double limit = wake < now + 1e15 ? wake : now + 1e15;
        const uint64_t until = (uint64_t)(limit / tach_unit()) + 1;
        while (mach_wait_until(until) == KERN_ABORTED) {
        }
        now = tach_now();
    }
    while (now < deadline) {
        relax();
        now = tach_now();
    }
    return now;
}

/*
 * Prepares the calling thread for pacing: the highest class of service, whose timers are not put off to come
 * together with others'. Returns the number of CPUs.
 */
TACHYON int32_t tach_begin_thread(void) {
    pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0);
    return (int32_t)sysconf(_SC_NPROCESSORS_ONLN);
}

/*
 * Asks that the calling thread go before ordinary ones when it wakes: the kernel's real-time band, as audio
 * has it. Takes no rights. Not for a thread that spins: one that runs for longer loses its place. 0 or a
 * negative kern_return_t.
 */
TACHYON int32_t tach_prefer(void) {
    const double ms = 1e3 / tach_unit();
    thread_time_constraint_policy_data_t policy = {
        .period = 0,
        .computation = (uint32_t)(ms / 2),
        .constraint = (uint32_t)ms,
        .preemptible = 1,
    };
    const mach_port_t self = mach_thread_self();
    const kern_return_t result =
        thread_policy_set(self, THREAD_TIME_CONSTRAINT_POLICY, (thread_policy_t)&policy,
                          THREAD_TIME_CONSTRAINT_POLICY_COUNT);
    mach_port_deallocate(mach_task_self(), self);
    return -result;
}

/* ---- another task ---- */

/*
 * Gets the right to a process's task. Returns its name, a positive number; or a negative kern_return_t:
 * -KERN_FAILURE is the kernel's no to all: no such process, and not permitted.
 */
TACHYON int32_t tach_task_open(int32_t pid) {
    mach_port_name_t task = MACH_PORT_NULL;
    const kern_return_t result = task_for_pid(mach_task_self(), pid, &task);
    if (result != KERN_SUCCESS) {
        return -result;
    }
    return task == MACH_PORT_NULL || task > INT32_MAX ? -KERN_FAILURE : (int32_t)task;
}

/* Gives the right back. */
TACHYON void tach_task_close(int32_t task) {
    mach_port_deallocate(mach_task_self(), (mach_port_name_t)task);
}

static kern_return_t read_all(int32_t task, uint64_t address, uint64_t length, uint8_t *into) {
    mach_vm_size_t done = 0;
    const kern_return_t result = mach_vm_read_overwrite(
        (vm_map_read_t)task, address, length, (mach_vm_address_t)(uintptr_t)into, &done);
    return result == KERN_SUCCESS && done != length ? KERN_INVALID_ADDRESS : result;
}

/*
 * Reads what there is of a range that cannot be read as a whole: the kernel reads all or nothing. Returns
 * the bytes up to the first page that is missing.
 */
static uint64_t read_pages(int32_t task, struct range range, uint8_t *into) {
    enum { PAGE = 4096 }; /* those of arm64 are four times as large */
    uint64_t done = 0;
    while (done < range.length) {
        const uint64_t at = range.address + done, rest = range.length - done;
        const uint64_t in_page = PAGE - at % PAGE, piece = in_page < rest ? in_page : rest;
        if (read_all(task, at, piece, into + done) != KERN_SUCCESS) {
            break;
        }
        done += piece;
    }
    return done;
}

/*
 * Reads count ranges of a task, packed into a buffer of length bytes, of which gap are left out behind the
 * first range. Each range takes a call of the kernel's; nothing stands still between them.
 * Returns the bytes read, fewer when a missing page was met; or a negative kern_return_t if there are none.
 */
TACHYON int32_t tach_task_read(int32_t task, const struct range *ranges, uint32_t count,
                               uint8_t *into, uint32_t length, uint32_t gap) {
    uint64_t done = 0, at = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct range range = ranges[i];
        const uint64_t room = length - at;
        range.length = range.length < room ? range.length : room;
        if (range.length > 0) {
            const kern_return_t result = read_all(task, range.address, range.length, into + at);
            if (result != KERN_SUCCESS) {
                done += read_pages(task, range, into + at);
                return done > 0 ? (int32_t)done : -result;
            }
        }
        done += range.length;
        at += range.length + (i == 0 ? gap : 0);
        if (at >= length) {
            break;
        }
    }
    return (int32_t)done;
}

/*
 * What task_info(3) says, up to size bytes. Returns the number of bytes, or a negative kern_return_t.
 */
TACHYON int32_t tach_task_info(int32_t task, int32_t flavor, void *into, int32_t size) {
    mach_msg_type_number_t count = (mach_msg_type_number_t)size / sizeof(natural_t);
    const kern_return_t result =
        task_info((task_name_t)task, (task_flavor_t)flavor, (task_info_t)into, &count);
    return result == KERN_SUCCESS ? (int32_t)(count * sizeof(natural_t)) : -result;
}

/*
 * The ids of a task's threads, those of pthread_threadid_np(3), as doubles. Returns how many there are, more
 * than `most` if they did not fit; or a negative kern_return_t.
 */
TACHYON int32_t tach_task_threads(int32_t task, double *ids, int32_t most) {
    thread_act_array_t threads = NULL;
    mach_msg_type_number_t count = 0;
    const kern_return_t result = task_threads((task_inspect_t)task, &threads, &count);
    if (result != KERN_SUCCESS) {
        return -result;
    }
    int32_t found = 0;
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        thread_identifier_info_data_t info;
        mach_msg_type_number_t length = THREAD_IDENTIFIER_INFO_COUNT;
        if (thread_info(threads[i], THREAD_IDENTIFIER_INFO, (thread_info_t)&info, &length) ==
            KERN_SUCCESS) {
            if (found < most) {
                ids[found] = (double)info.thread_id;
            }
            found++;
        }
        mach_port_deallocate(mach_task_self(), threads[i]);
    }
    vm_deallocate(mach_task_self(), (vm_address_t)threads, count * sizeof threads[0]);
    return found;
}

/* ---- processes ---- */

/*
 * What proc_pidinfo says: a struct of <sys/proc_info.h>. Returns the number of bytes, or -errno: -ESRCH no
 * such process or thread, -EPERM not permitted, -EINVAL nothing at this address.
 */
TACHYON int32_t tach_process_info(int32_t pid, int32_t flavor, double argument, void *into,
                                  int32_t size) {
    errno = 0;
    const int result = proc_pidinfo(pid, flavor, (uint64_t)argument, into, size);
    return result > 0 ? result : errno == 0 ? -ESRCH : -errno;
}

/* All pids, as many as there is room for. Returns how many, or -errno. */
TACHYON int32_t tach_process_ids(int32_t *pids, int32_t most) {
    errno = 0;
    const int result = proc_listallpids(pids, most * (int32_t)sizeof pids[0]);
    return result > 0 ? result : -errno;
}

/* The path of a process's executable. Returns its length, or -errno. */
TACHYON int32_t tach_process_path(int32_t pid, void *into, int32_t size) {
    errno = 0;
    const int result = proc_pidpath(pid, into, (uint32_t)size);
    return result > 0 ? result : errno == 0 ? -ESRCH : -errno;
}

/*
 * The command line of a process and more (KERN_PROCARGS2): the number of words, 32 bits; the executable's
 * path; the words and the environment, each with a NUL. Returns the number of bytes, or -errno.
 */
TACHYON int32_t tach_process_words(int32_t pid, void *into, int32_t size) {
    int name[] = {CTL_KERN, KERN_PROCARGS2, pid};
    size_t length = (size_t)size;
    return sysctl(name, 3, into, &length, NULL, 0) == 0 ? (int32_t)length : -errno;
}

/*
 * Flags of the signature of a process's program; -errno where it has none. Fits no 32-bit integer.
 */
TACHYON double tach_signing_flags(int32_t pid) {
    uint32_t flags = 0;
    return csops(pid, SIGNING_STATUS, &flags, sizeof flags) == 0 ? (double)flags : -errno;
}

/*
 * The entitlements that a program was signed with: a magic number and the length, 32 bits each, and a
 * property list. Returns the number of bytes, or -errno; -ERANGE: there is more than size.
 */
TACHYON int32_t tach_entitlements(int32_t pid, void *into, int32_t size) {
    memset(into, 0, (size_t)size);
    return csops(pid, SIGNING_ENTITLEMENTS, into, (size_t)size) == 0 ? size : -errno;
}

#include "macos_structs.c"
#include "macos_stopper.c"
