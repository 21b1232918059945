/**
 * Where futures and tasks have what is read of them before 3.14, which tells it itself: bytes, on 64-bit
 * systems (CPython Modules/_asynciomodule.c, `FutureObj_HEAD` and `TaskObj`). `deno task test tests/asyncio`
 * compares them with what real interpreters have at these places.
 */
export interface FutureLayout {
  readonly loop: number;
  /** The first thing to be called when it is done, and a list of the others. */
  readonly callback: number;
  readonly callbacks: number;
  /** Of tasks alone. */
  readonly coroutine: number;
  readonly name: number;
  /** Size of a task. */
  readonly size: number;
}

const HEAD = { loop: 16, callback: 24, callbacks: 40 } as const;

/** The first minor version that is known. */
export const OLDEST_ASYNCIO = 11;

/** By minor version. */
export const FUTURE_LAYOUTS: Readonly<Record<number, FutureLayout>> = {
  11: { ...HEAD, coroutine: 136, name: 144, size: 176 },
  12: { ...HEAD, coroutine: 136, name: 144, size: 176 },
  13: { ...HEAD, coroutine: 120, name: 128, size: 144 },
};
