/**
 * Made by `scripts/arm_layouts.ts` from headers of CPython: what lies elsewhere on arm64 Linux than on x86-64,
 * by the minor version.
 */
export const ON_LINUX_ARM64: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  // 3.8.18
  8: {
    "runtime_state.size": 1480,
    "runtime_state.tstate_current": 1384,
    "gil.size": 224,
  },
  // 3.9.18
  9: {
    "runtime_state.size": 672,
    "runtime_state.tstate_current": 584,
    "gil.size": 224,
  },
  // 3.10.13
  10: {
    "runtime_state.size": 688,
    "runtime_state.tstate_current": 584,
    "gil.size": 224,
  },
  // 3.11.7
  11: {
    "runtime_state.size": 166704,
    "runtime_state.tstate_current": 592,
    "gil.size": 224,
  },
  // 3.12.1
  12: {
    "runtime_state.size": 459960,
    "interpreter_state.size": 383568,
    "gil.size": 224,
  },
};
