/**
 * Made by `scripts/windows_layouts.ts` from headers of CPython: what lies elsewhere on 64-bit Windows than on
 * Linux, by the minor version.
 */
export const ON_WINDOWS: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  // 3.8.18
  8: {
    "runtime_state.size": 1400,
    "runtime_state.tstate_current": 1296,
    "interpreter_state.size": 2680,
    "thread_state.size": 256,
    "gil.size": 136,
    "thread_state.id_size": 4,
  },
  // 3.9.18
  9: {
    "runtime_state.size": 592,
    "runtime_state.tstate_current": 496,
    "interpreter_state.size": 5624,
    "thread_state.size": 256,
    "gil.size": 136,
    "thread_state.id_size": 4,
  },
  // 3.10.13
  10: {
    "runtime_state.size": 608,
    "runtime_state.tstate_current": 496,
    "interpreter_state.size": 113504,
    "thread_state.size": 272,
    "gil.size": 136,
    "thread_state.id_size": 4,
  },
  // 3.11.7
  11: {
    "runtime_state.size": 166592,
    "runtime_state.tstate_current": 504,
    "interpreter_state.size": 107720,
    "thread_state.size": 352,
    "thread_state.native_thread_id": 156,
    "thread_state.datastack_chunk": 288,
    "thread_state.datastack_top": 296,
    "thread_state.exc_state": 312,
    "gil.size": 136,
    "thread_state.id_size": 4,
  },
  // 3.12.1
  12: {
    "runtime_state.size": 459008,
    "interpreter_state.size": 383432,
    "thread_state.size": 280,
    "thread_state.native_thread_id": 140,
    "thread_state.datastack_chunk": 224,
    "thread_state.datastack_top": 232,
    "thread_state.exc_state": 248,
    "gil.size": 136,
    "thread_state.id_size": 4,
  },
};
