/*
 * A library that looks like that of CPython to a reader of PE images: `deno run -A tests/windows/make_fixture.ts`
 * makes python_like.dll of it.
 */
#include <stdint.h>

__attribute__((section("PyRuntim"), dllexport)) uint64_t _PyRuntime[4] = {0x7967707564656278};
__declspec(dllexport) uint32_t Py_Version = 0x030f02f0;
__declspec(dllexport) uint32_t Py_Another = 1;
__declspec(dllexport) uint32_t Py_Zero;

int _DllMainCRTStartup(void *library, uint32_t reason, void *reserved) {
    return library != 0 && reason < 4 && reserved != library;
}
