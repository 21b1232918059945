/**
 * Made by `scripts/mac_layouts.ts` from headers of CPython: what lies elsewhere on macOS than on Linux, x86-64
 * and arm64 alike, by the minor version.
 */
export const ON_MACOS: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  // 3.8.18
  8: {
    "runtime_state.size": 1520,
    "runtime_state.tstate_current": 1416,
    "gil.size": 256,
  },
  // 3.9.18
  9: {
    "runtime_state.size": 712,
    "runtime_state.tstate_current": 616,
    "gil.size": 256,
  },
  // 3.10.13
  10: {
    "runtime_state.size": 728,
    "runtime_state.tstate_current": 616,
    "gil.size": 256,
  },
  // 3.11.7
  11: {
    "runtime_state.size": 166744,
    "runtime_state.tstate_current": 624,
    "gil.size": 256,
  },
  // 3.12.1
  12: {
    "runtime_state.size": 459424,
    "interpreter_state.size": 383600,
    "gil.size": 256,
  },
};
