/*
 * Windows: what the system tells of threads, and the clock of the calling thread. The rules and the first
 * functions are those of windows.c.
 */

/* ---- threads of others ---- */

/* Lists the ids of the threads of a process. Returns how many there are, or -error. */
TACHYON int32_t tach_threads(int32_t pid, int32_t *tids, uint32_t capacity) {
    THREADENTRY32 entry = {.dwSize = sizeof entry};
    uint32_t count = 0;
    const HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    if (snapshot == INVALID_HANDLE_VALUE) {
        return failure();
    }
    for (BOOL more = Thread32First(snapshot, &entry); more; more = Thread32Next(snapshot, &entry)) {
        if (entry.th32OwnerProcessID != (DWORD)pid) {
            continue;
        }
        if (count < capacity) {
            tids[count] = (int32_t)entry.th32ThreadID;
        }
        count++;
    }
    CloseHandle(snapshot);
    return (int32_t)count;
}

/* Opens a thread to ask about it. Returns a handle, or -error. */
TACHYON int32_t tach_open_thread(int32_t tid) {
    const HANDLE thread = OpenThread(THREAD_QUERY_INFORMATION | SYNCHRONIZE, FALSE, (DWORD)tid);
    return thread == NULL ? failure() : (int32_t)(intptr_t)thread;
}

/* What a program calls a thread (SetThreadDescription; Windows 10 1607 and later). */
TACHYON int32_t tach_thread_name(int32_t thread, wchar_t *text, uint32_t capacity) {
    typedef HRESULT(WINAPI * describe)(HANDLE, PWSTR *);
    const describe get = (describe)(void (*)(void))find_function(L"kernelbase", "GetThreadDescription");
    PWSTR name = NULL;
    if (get == NULL || FAILED(get(AS_HANDLE(thread), &name)) || name == NULL) {
        return -ERROR_NOT_SUPPORTED;
    }
    const size_t length = wcsnlen(name, capacity);
    memcpy(text, name, length * sizeof(wchar_t));
    LocalFree(name);
    return (int32_t)length;
}

/* Places in a row of doubles, as ffi/process.ts has them. The first is the thread's handle, -1 for none. */
enum { ACTIVITY_THREAD = 0, ACTIVITY_STATE = 3, ACTIVITY_RAN = 4 };

enum { STATE_UNKNOWN = -1, STATE_BLOCKED = 0, STATE_RUNNABLE = 1 };

/* SYSTEM_THREAD_INFORMATION of winternl.h, with the names that Microsoft's pages give its members. */
struct thread_information {
    LARGE_INTEGER kernel_time;
    LARGE_INTEGER user_time;
    LARGE_INTEGER create_time;
    ULONG wait_time;
    PVOID start_address;
    CLIENT_ID client;
    LONG priority;
    LONG base_priority;
    ULONG context_switches;
    ULONG state;
    ULONG wait_reason;
};

/* The class that gives it of one thread (Windows 10 and later); winternl.h has only that of all at once. */
enum { SYSTEM_INFORMATION_OF_THREAD = 40, RUNNING = 2, LAST_STATE = 9 };

/*
 * Renews a row: whether the thread is on a CPU. Windows tells that itself: a thread that waits for a CPU is
 * ready, not running, and counts as one that is not on it. Where the system does not know the question the
 * state stays unknown.
 */
TACHYON void tach_read_activity(double *row) {
    struct thread_information told;
    const int32_t thread = (int32_t)row[ACTIVITY_THREAD];
    row[ACTIVITY_STATE] = STATE_UNKNOWN;
    if (thread < 0 || !tach_alive(thread) ||
        NtQueryInformationThread(AS_HANDLE(thread), (THREADINFOCLASS)SYSTEM_INFORMATION_OF_THREAD, &told,
                                 sizeof told, NULL) < 0 ||
        told.state > LAST_STATE) {
        return;
    }
    row[ACTIVITY_STATE] = told.state == RUNNING ? STATE_RUNNABLE : STATE_BLOCKED;
    row[ACTIVITY_RAN] = (double)(told.kernel_time.QuadPart + told.user_time.QuadPart) * 100;
}

/* ---- the calling thread ---- */

/* Microseconds of the performance counter, which goes on while the system sleeps. */
TACHYON double tach_now(void) {
    static double per_tick = 0;
    LARGE_INTEGER count;
    if (per_tick == 0) {
        LARGE_INTEGER frequency;
        QueryPerformanceFrequency(&frequency);
        per_tick = 1e6 / (double)frequency.QuadPart;
    }
    QueryPerformanceCounter(&count);
    return (double)count.QuadPart * per_tick;
}

/* CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, which older headers lack (Windows 10 1803 and later). */
enum { HIGH_RESOLUTION = 2 };

/* Each thread that paces has a timer of its own in this slot. */
static DWORD timer_slot(void) {
    static volatile LONG slot = (LONG)TLS_OUT_OF_INDEXES;
    if (slot == (LONG)TLS_OUT_OF_INDEXES) {
        const DWORD made = TlsAlloc();
        if (InterlockedCompareExchange(&slot, (LONG)made, (LONG)TLS_OUT_OF_INDEXES) !=
            (LONG)TLS_OUT_OF_INDEXES) {
            TlsFree(made);
        }
    }
    return (DWORD)slot;
}

/*
 * Prepares the calling thread for pacing: its timer is as fine as the system has them. Returns the number of
 * CPUs that it may use, or -error.
 */
TACHYON int32_t tach_begin_thread(void) {
    DWORD_PTR own = 0, all = 0;
    HANDLE timer = TlsGetValue(timer_slot());
    if (timer == NULL) {
        timer = CreateWaitableTimerExW(NULL, NULL, HIGH_RESOLUTION, TIMER_ALL_ACCESS);
    }
    if (timer == NULL) {
        timer = CreateWaitableTimerExW(NULL, NULL, 0, TIMER_ALL_ACCESS);
    }
    if (timer == NULL || !TlsSetValue(timer_slot(), timer) ||
        !GetProcessAffinityMask(GetCurrentProcess(), &own, &all)) {
        return failure();
    }
    return __builtin_popcountll(own);
}

/* Asks that the calling thread go before ordinary ones when it wakes. Not for a thread that spins. 0 or -error. */
TACHYON int32_t tach_prefer(void) {
    return SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_HIGHEST) ? 0 : failure();
}

/*
 * Sleeps until `deadline` less `spin` and spins for the rest, both in microseconds of tach_now.
 * Never returns early; returns at once when the deadline has passed. Returns tach_now.
 */
TACHYON double tach_sleep_until(double deadline, double spin) {
    const double wake = deadline - (spin > 0 ? spin : 0);
    const HANDLE timer = TlsGetValue(timer_slot());
    double now = tach_now();
    while (wake > now) {
        const double left = wake - now < 1e12 ? wake - now : 1e12;
        /* In tenths of a microsecond, negative for a time from now. */
        const LARGE_INTEGER due = {.QuadPart = -(LONGLONG)(left * 10) - 1};
        if (timer == NULL || !SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE) ||
            WaitForSingleObject(timer, INFINITE) != WAIT_OBJECT_0) {
            Sleep((DWORD)(left / 1e3) + 1);
        }
        now = tach_now();
    }
    while (now < deadline) {
        relax();
        now = tach_now();
    }
    return now;
}
