import type { DebugOffsets } from "./debug_offsets.ts";

/** Where a thread state says what its thread is doing, in bytes from its start. */
export interface StateLayout {
  /** What has to be read of a thread state to have all of these. */
  readonly from: number;
  readonly to: number;
  /** A flag that is set while the thread waits for the GIL, before it has it; −1 before 3.15. */
  readonly gilRequested: number;
  /** Pointer to the exception that is on its way, or to its type before 3.12. */
  readonly exception: number;
  /** Pointer to the innermost item of the chain of exceptions that are being handled. */
  readonly handled: number;
  /** The item of the thread itself, which ends that chain; those of generators come before it. */
  readonly ownItem: number;
  readonly item: { readonly size: number; readonly value: number; readonly previous: number };
  /**
   * The struct that the GIL is: in `_PyRuntime`, from 3.12 on behind a pointer of the interpreter; −1 for
   * the one that it is not. Threads that wait for it are blocked on a futex inside it.
   */
  readonly gilInRuntime: number;
  readonly gilOfInterpreter: number;
  readonly gilSize: number;
}

/** The size of `struct _gil_runtime_state` with glibc on x86-64, the same from 3.8 on. */
const GIL_SIZE = 208;

/**
 * Names the fields. 3.13 and 3.14 do not tell where exceptions are: in their headers (and those of 3.12)
 * `current_exception` and `exc_info` lie at the same distance in front of `thread_id`, and `exc_state` behind
 * the data stack's three pointers (CPython 3.13, 3.14 Include/cpython/pystate.h).
 */
export function nameStates({ get, or }: DebugOffsets, currentFrame: number): StateLayout {
  const exception = or("thread_state.current_exception", get("thread_state.thread_id") - 40);
  const ownItem = or("thread_state.exc_state", or("thread_state.datastack_chunk", 0) + 24);
  const value = or("err_stackitem.exc_value", 0);
  const size = or("err_stackitem.size", 16);
  const status = or("thread_state.status", currentFrame);
  const inRuntime = or("runtime_state.ceval_gil", -1);
  return {
    from: Math.min(status, currentFrame) & ~7,
    to: ownItem + size,
    gilRequested: or("thread_state.gil_requested", -1),
    exception,
    handled: or("thread_state.exc_info", exception + 8),
    ownItem,
    item: { size, value, previous: or("err_stackitem.previous", value + 8) },
    gilInRuntime: inRuntime,
    gilOfInterpreter: inRuntime < 0 ? get("interpreter_state.ceval_gil") : -1,
    gilSize: or("gil.size", GIL_SIZE),
  };
}
