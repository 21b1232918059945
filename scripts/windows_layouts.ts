/**
 * `deno run -A scripts/windows_layouts.ts` measures where structures of CPython 3.8 to 3.12 are laid out on
 * Windows otherwise than on Linux, by compiling for it, and writes `src/cpython/layouts/windows.ts`. It needs
 * interpreters with headers, and fetches zig from npm at the first use. Headers of Linux do but for
 * `pyconfig.h`, in place of which stands what structures depend on.
 */
import { type ForeignSystem, measureForeign, renderTables } from "./layouts/foreign.ts";
import { repository } from "./repository.ts";

/** What CPython's builds for 64-bit Windows define (PC/pyconfig.h), as far as a structure depends on it. */
const CONFIGURATION = `
#define MS_WINDOWS
#define MS_WIN32
#define MS_WIN64
#define NT_THREADS
#define WITH_THREAD
#define WITH_PYMALLOC 1
#define WITH_FREELISTS 1
#define WITH_DOC_STRINGS 1
#define WITH_DECIMAL_CONTEXTVAR 1
#define DOUBLE_IS_LITTLE_ENDIAN_IEEE754 1
#define Py_ENABLE_SHARED 1
#define SIZEOF_SHORT 2
#define SIZEOF_INT 4
#define SIZEOF_LONG 4
#define SIZEOF_LONG_LONG 8
#define SIZEOF_FLOAT 4
#define SIZEOF_DOUBLE 8
#define SIZEOF_VOID_P 8
#define SIZEOF_SIZE_T 8
#define SIZEOF_TIME_T 8
#define SIZEOF_OFF_T 4
#define SIZEOF_FPOS_T 8
#define SIZEOF_WCHAR_T 2
#define SIZEOF_PID_T 4
#define SIZEOF__BOOL 1
#define ALIGNOF_LONG 4
#define ALIGNOF_SIZE_T 8
#define ALIGNOF_MAX_ALIGN_T 8
#define HAVE_SSIZE_T 1
#define HAVE_STDARG_PROTOTYPES 1
#define HAVE_BUILTIN_ATOMIC 1
#define HAVE_DYNAMIC_LOADING 1
#define HAVE_STDDEF_H 1
#define HAVE_STDINT_H 1
#define HAVE_INTTYPES_H 1
#define HAVE_ERRNO_H 1
#define HAVE_FCNTL_H 1
#define HAVE_SIGNAL_H 1
#define HAVE_WCHAR_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_SYS_STAT_H 1
#define PY_LONG_LONG long long
#define PLATLIBDIR "DLLs"
#define NTDDI_VERSION 0x06020000
#define WINVER 0x0602
#undef _WIN32_WINNT
#define _WIN32_WINNT 0x0602
`;

const windows: ForeignSystem = {
  triples: ["x86_64-windows-gnu"],
  configure: () => CONFIGURATION,
  headers: {},
  more: { "thread_state.id_size": "sizeof(((PyThreadState *)0)->thread_id)" },
};

await Deno.writeTextFile(
  `${repository}/src/cpython/layouts/windows.ts`,
  `/**
 * Made by \`scripts/windows_layouts.ts\` from headers of CPython: what lies elsewhere on 64-bit Windows than on
 * Linux, by the minor version.
 */
export const ON_WINDOWS: Readonly<Record<number, Readonly<Record<string, number>>>> = {
${renderTables(await measureForeign(windows))}};
`,
);
