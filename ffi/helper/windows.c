/*
 * Windows: reading another process, what the system tells of processes and threads, and the clock of the
 * calling thread. As in the rest of the helper nothing here writes to another process or stops it.
 *
 * Handles are passed as 32-bit integers: 64-bit Windows keeps to 32 significant bits, so that programs of
 * both kinds can share them. A failure is the negative of GetLastError, which does not survive the way back.
 * Texts are UTF-16, without an end mark, with their length as the result.
 *
 * The library needs nothing but kernel32, advapi32 and ntdll, which every process has: no C runtime. ntdll has
 * memcpy and its like.
 */
#define WIN32_LEAN_AND_MEAN
#define PSAPI_VERSION 2 /* what is asked about modules is in kernel32 */
#include <windows.h>
#include <psapi.h>
#include <tlhelp32.h>
#include <winternl.h>

#define AS_HANDLE(number) ((HANDLE)(intptr_t)(number))

/* Results of tach_read that are no counts: see ffi/process.ts. */
enum { READ_GONE = -1, READ_DENIED = -2, READ_UNMAPPED = -3 };

enum { PAGE = 4096 };

/* There is nothing to begin or end. */
BOOL WINAPI _DllMainCRTStartup(HINSTANCE library, DWORD reason, LPVOID reserved) {
    (void)library, (void)reason, (void)reserved;
    return TRUE;
}

/* The error of the call before as a result; never 0, which would be none. */
static int32_t failure(void) {
    const DWORD error = GetLastError();
    return error == 0 ? -ERROR_GEN_FAILURE : -(int32_t)error;
}

/* A function that older systems lack; NULL there. */
static FARPROC find_function(const wchar_t *library, const char *name) {
    const HMODULE module = GetModuleHandleW(library);
    return module == NULL ? NULL : GetProcAddress(module, name);
}

/* ---- processes ---- */

/*
 * Takes the right to open processes of others into use (SeDebugPrivilege), which administrators have.
 * 1 if it is in effect then, else 0.
 */
TACHYON int32_t tach_enable_debug(void) {
    HANDLE token;
    TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token)) {
        return 0;
    }
    wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    const BOOL adjusted = LookupPrivilegeValueW(NULL, L"SeDebugPrivilege", &wanted.Privileges[0].Luid) &&
                          AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL);
    const DWORD error = GetLastError(); /* it succeeds, too, if there is no such right to take */
    CloseHandle(token);
    return adjusted && error == ERROR_SUCCESS;
}

/*
 * Opens a process for reading its memory and asking about it, no more. Returns a handle for the functions
 * below, or -error: ERROR_INVALID_PARAMETER (87) if there is no such process, ERROR_ACCESS_DENIED (5).
 */
TACHYON int32_t tach_open_process(int32_t pid) {
    const DWORD rights = PROCESS_VM_READ | PROCESS_QUERY_INFORMATION | SYNCHRONIZE;
    const HANDLE process = OpenProcess(rights, FALSE, (DWORD)pid);
    return process == NULL ? failure() : (int32_t)(intptr_t)process;
}

TACHYON void tach_close(int32_t handle) {
    CloseHandle(AS_HANDLE(handle));
}

/* 1 while a process or thread runs, 0 after its end. */
TACHYON int32_t tach_alive(int32_t handle) {
    return WaitForSingleObject(AS_HANDLE(handle), 0) == WAIT_TIMEOUT;
}

/* 1 for a 32-bit process on a 64-bit system. */
TACHYON int32_t tach_is_narrow(int32_t process) {
    BOOL narrow = FALSE;
    return IsWow64Process(AS_HANDLE(process), &narrow) && narrow;
}

/* An address and a length, as ffi/process.ts lays them out. */
struct range {
    uint64_t address;
    uint64_t length;
};

static BOOL read_piece(HANDLE process, uint64_t address, uint8_t *into, uint32_t length) {
    SIZE_T done = 0;
    return ReadProcessMemory(process, (LPCVOID)(uintptr_t)address, into, length, &done) &&
           done == length;
}

/* Reads a range, or as much of it as lies before the first page that cannot be read. */
static uint32_t read_range(HANDLE process, uint64_t address, uint8_t *into, uint32_t length) {
    uint32_t at = 0;
    if (read_piece(process, address, into, length)) {
        return length;
    }
    while (at < length) {
        const uint32_t rest = PAGE - (uint32_t)((address + at) & (PAGE - 1));
        const uint32_t piece = rest < length - at ? rest : length - at;
        if (!read_piece(process, address + at, into + at, piece)) {
            break;
        }
        at += piece;
    }
    return at;
}

/*
 * Reads count ranges of a process, packed into a buffer of length bytes, of which gap are left out behind the
 * first range. Returns the bytes read, fewer when a page was met that cannot be read; or one of READ_… if
 * there is nothing.
 */
TACHYON int32_t tach_read(int32_t process, const void *ranges, uint32_t count, void *into,
                          uint32_t length, uint32_t gap) {
    const struct range *const range = ranges;
    uint32_t done = 0, at = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t room = length - at;
        const uint32_t wanted = range[i].length < room ? (uint32_t)range[i].length : room;
        const uint32_t read =
            read_range(AS_HANDLE(process), range[i].address, (uint8_t *)into + at, wanted);
        done += read;
        if (read < wanted) {
            const DWORD error = GetLastError();
            if (done > 0) {
                return (int32_t)done;
            }
            return !tach_alive(process)           ? READ_GONE
                   : error == ERROR_ACCESS_DENIED ? READ_DENIED
                                                  : READ_UNMAPPED;
        }
        at += wanted;
        if (i == 0) {
            at = length - at < gap ? length : at + gap;
        }
    }
    return (int32_t)done;
}

/*
 * Writes the addresses of the modules of a process, the executable's first. Returns how many there are, which
 * may be more than capacity; or -error.
 */
TACHYON int32_t tach_modules(int32_t process, double *places, uint32_t capacity) {
    _Static_assert(sizeof(HMODULE) == sizeof(double), "they are listed in place");
    DWORD bytes = 0;
    if (!EnumProcessModulesEx(AS_HANDLE(process), (HMODULE *)places, capacity * sizeof *places, &bytes,
                              LIST_MODULES_64BIT)) {
        return failure();
    }
    const uint32_t count = bytes / sizeof *places;
    for (uint32_t i = 0; i < count && i < capacity; i++) {
        uintptr_t place;
        memcpy(&place, &places[i], sizeof place);
        places[i] = (double)place;
    }
    return (int32_t)count;
}

/* Path of the file of a module. */
TACHYON int32_t tach_module_path(int32_t process, double module, wchar_t *text, uint32_t capacity) {
    const DWORD length = GetModuleFileNameExW(AS_HANDLE(process), (HMODULE)(uintptr_t)module, text,
                                              capacity);
    return length == 0 ? failure() : (int32_t)length;
}

/* ---- the table of processes ---- */

struct listed_process {
    int32_t pid;
    int32_t parent;
    int32_t threads;
    int32_t length; /* of the name */
    wchar_t name[MAX_PATH];
};

/* Lists processes, of this size each. Returns how many there are, or -error. */
TACHYON int32_t tach_processes(struct listed_process *into, uint32_t capacity) {
    PROCESSENTRY32W entry = {.dwSize = sizeof entry};
    uint32_t count = 0;
    const HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (snapshot == INVALID_HANDLE_VALUE) {
        return failure();
    }
    for (BOOL more = Process32FirstW(snapshot, &entry); more;
         more = Process32NextW(snapshot, &entry), count++) {
        if (count < capacity) {
            struct listed_process *const one = &into[count];
            one->pid = (int32_t)entry.th32ProcessID;
            one->parent = (int32_t)entry.th32ParentProcessID;
            one->threads = (int32_t)entry.cntThreads;
            one->length = (int32_t)wcsnlen(entry.szExeFile, MAX_PATH);
            memcpy(one->name, entry.szExeFile, (size_t)one->length * sizeof(wchar_t));
        }
    }
    CloseHandle(snapshot);
    return (int32_t)count;
}

/* Opens a process for what everybody may ask. */
static HANDLE open_briefly(int32_t pid) {
    return OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)pid);
}

static double milliseconds(FILETIME time) {
    return (double)(((uint64_t)time.dwHighDateTime << 32) | time.dwLowDateTime) / 1e4;
}

/*
 * When a process was started, ms since 1970, and the CPU time that it has used, ms. 0, or -error.
 */
TACHYON int32_t tach_process_times(int32_t pid, double *times) {
    const double epoch = 11644473600000.0; /* 1970 on a clock that began in 1601 */
    FILETIME started, ended, kernel, user;
    const HANDLE process = open_briefly(pid);
    if (process == NULL) {
        return failure();
    }
    const BOOL known = GetProcessTimes(process, &started, &ended, &kernel, &user);
    const int32_t result = known ? 0 : failure();
    CloseHandle(process);
    if (known) {
        times[0] = milliseconds(started) - epoch;
        times[1] = milliseconds(kernel) + milliseconds(user);
    }
    return result;
}

/* Path of the executable of a process. */
TACHYON int32_t tach_process_path(int32_t pid, wchar_t *text, uint32_t capacity) {
    DWORD length = capacity;
    const HANDLE process = open_briefly(pid);
    if (process == NULL) {
        return failure();
    }
    const BOOL known = QueryFullProcessImageNameW(process, 0, text, &length);
    const int32_t result = known ? (int32_t)length : failure();
    CloseHandle(process);
    return result;
}

/* The user of a process as a binary SID. Returns its length in bytes, or -error. */
TACHYON int32_t tach_process_user(int32_t pid, uint8_t *sid, uint32_t capacity) {
    HANDLE token = NULL;
    union {
        TOKEN_USER user;
        uint8_t bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } told;
    DWORD size = 0;
    const HANDLE process = open_briefly(pid);
    if (process == NULL) {
        return failure();
    }
    int32_t result;
    if (!OpenProcessToken(process, TOKEN_QUERY, &token) ||
        !GetTokenInformation(token, TokenUser, &told, sizeof told, &size)) {
        result = failure();
    } else {
        result = (int32_t)GetLengthSid(told.user.User.Sid);
        if (!CopySid(capacity, sid, told.user.User.Sid)) {
            result = failure();
        }
    }
    if (token != NULL) {
        CloseHandle(token);
    }
    CloseHandle(process);
    return result;
}

/* The name of a user by its SID, as DOMAIN\name. */
TACHYON int32_t tach_user_name(uint8_t *sid, wchar_t *text, uint32_t capacity) {
    wchar_t name[256], domain[256];
    DWORD name_length = 256, domain_length = 256;
    SID_NAME_USE use;
    if (!LookupAccountSidW(NULL, sid, name, &name_length, domain, &domain_length, &use)) {
        return failure();
    }
    if (name_length + domain_length + 1 > capacity) {
        return -ERROR_INSUFFICIENT_BUFFER;
    }
    memcpy(text, domain, domain_length * sizeof(wchar_t));
    text[domain_length] = L'\\';
    memcpy(text + domain_length + 1, name, name_length * sizeof(wchar_t));
    return (int32_t)(domain_length + 1 + name_length);
}

/* Where a process of 64 bits keeps its command line (winternl.h). */
static BOOL find_command_line(HANDLE process, UNICODE_STRING *line) {
    PROCESS_BASIC_INFORMATION basic;
    PEB peb;
    RTL_USER_PROCESS_PARAMETERS parameters;
    SIZE_T done;
    return NtQueryInformationProcess(process, ProcessBasicInformation, &basic, sizeof basic, NULL) >= 0 &&
           ReadProcessMemory(process, basic.PebBaseAddress, &peb, sizeof peb, &done) &&
           ReadProcessMemory(process, peb.ProcessParameters, &parameters, sizeof parameters, &done) &&
           (*line = parameters.CommandLine, TRUE);
}

/* The command line of a process that we may read. */
TACHYON int32_t tach_command_line(int32_t pid, wchar_t *text, uint32_t capacity) {
    UNICODE_STRING line;
    SIZE_T done = 0;
    const int32_t handle = tach_open_process(pid);
    if (handle < 0) {
        return handle;
    }
    int32_t result = -ERROR_PARTIAL_COPY;
    if (find_command_line(AS_HANDLE(handle), &line)) {
        const uint32_t length = line.Length / sizeof(wchar_t);
        const uint32_t shown = length < capacity ? length : capacity;
        if (ReadProcessMemory(AS_HANDLE(handle), line.Buffer, text, shown * sizeof(wchar_t), &done)) {
            result = (int32_t)shown;
        }
    }
    CloseHandle(AS_HANDLE(handle));
    return result;
}
