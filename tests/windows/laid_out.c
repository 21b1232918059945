/*
 * A program of Windows that looks like a Python from outside: it lays out the recorded memory of a real one at
 * the addresses that it had, puts what `_PyRuntime` was into a section of that name, and waits. The file that
 * %LAID_OUT% names has it all; recorded.ts writes it. With %LOCKED% set nobody may open it.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <stdint.h>

enum { PAGE = 4096, BLOCK = 0x10000, MOST_RUNTIME = 0x200000, MOST_THREADS = 16 };

/* CPython names it PyRuntime; the name of a section has room for eight characters. */
__attribute__((section("PyRuntim"))) uint8_t laid_out_runtime[MOST_RUNTIME] = {1};

struct head {
    uint64_t magic;
    uint32_t pages;
    uint32_t threads;
    uint32_t runtime_bytes;
    uint32_t unused;
    /* Where the threads' own ids belong: their Python number and that of the system. */
    uint64_t ids[MOST_THREADS][2];
};

static HANDLE file;

static void say(const char *text) {
    DWORD written;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, (DWORD)lstrlenA(text), &written, NULL);
}

static void fail(const char *text) {
    say(text);
    ExitProcess(1);
}

static void take(void *into, DWORD bytes) {
    DWORD done = 0;
    if (!ReadFile(file, into, bytes, &done, NULL) || done != bytes) {
        fail("cut short\n");
    }
}

static void lay_out_page(uint64_t address) {
    static uint64_t reserved = 1;
    const uint64_t block = address & ~(uint64_t)(BLOCK - 1);
    if (block != reserved &&
        VirtualAlloc((void *)(uintptr_t)block, BLOCK, MEM_RESERVE, PAGE_READWRITE) == NULL) {
        fail("occupied\n");
    }
    reserved = block;
    if (VirtualAlloc((void *)(uintptr_t)address, PAGE, MEM_COMMIT, PAGE_READWRITE) == NULL) {
        fail("occupied\n");
    }
    take((void *)(uintptr_t)address, PAGE);
}

static DWORD WINAPI be_thread(void *ids) {
    for (int i = 0; i < 2; i++) {
        *(volatile uint32_t *)(uintptr_t)((uint64_t *)ids)[i] = GetCurrentThreadId();
    }
    Sleep(INFINITE);
    return 0;
}

/* An empty list of who may do what: nobody may do anything. */
static void lock(void) {
    static ACL nobody;
    SECURITY_DESCRIPTOR descriptor;
    if (!InitializeAcl(&nobody, sizeof nobody, ACL_REVISION) ||
        !InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION) ||
        !SetSecurityDescriptorDacl(&descriptor, TRUE, &nobody, FALSE) ||
        !SetKernelObjectSecurity(GetCurrentProcess(), DACL_SECURITY_INFORMATION, &descriptor)) {
        fail("not locked\n");
    }
}

void wWinMainCRTStartup(void) {
    static struct head head;
    static wchar_t path[1024];
    if (GetEnvironmentVariableW(L"LAID_OUT", path, 1024) == 0) {
        fail("no %LAID_OUT%\n");
    }
    file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    take(&head, sizeof head);
    if (head.threads > MOST_THREADS || head.runtime_bytes > MOST_RUNTIME) {
        fail("too much\n");
    }
    take(laid_out_runtime, head.runtime_bytes);
    for (uint32_t i = 0; i < head.pages; i++) {
        uint64_t address;
        take(&address, sizeof address);
        lay_out_page(address);
    }
    for (uint32_t i = 1; i < head.threads; i++) {
        CreateThread(NULL, 0, be_thread, head.ids[i], 0, NULL);
    }
    for (int i = 0; i < 2; i++) {
        *(volatile uint32_t *)(uintptr_t)head.ids[0][i] = GetCurrentThreadId();
    }
    Sleep(500);
    if (GetEnvironmentVariableW(L"LOCKED", path, 1024) != 0) {
        lock();
    }
    /* The system's number of this process, which nothing else here tells. */
    for (DWORD pid = GetCurrentProcessId(), unit = 1000000000; unit > 0; unit /= 10) {
        const char digit[2] = {(char)('0' + pid / unit % 10), 0};
        say(digit);
    }
    say(" laid out\n");
    Sleep(INFINITE);
}
