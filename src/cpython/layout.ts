import type { DebugOffsets } from "./debug_offsets.ts";
import { nameStates, type StateLayout } from "./state_layout.ts";

/**
 * Where the fields are that the walk needs, in bytes, for one target. Taken from its debug offsets
 * or the table of its version; what these lack is fixed here with the place it was read in.
 */
export interface Layout {
  readonly minor: number;
  /** Built without a GIL. */
  readonly freeThreaded: boolean;
  readonly interpreter: {
    readonly id: number;
    readonly next: number;
    readonly threadsHead: number;
    /** −1 where there is none (before 3.14). */
    readonly threadsMain: number;
    /** Counter of freed code objects; −1 where there is none (before 3.14). */
    readonly codeGeneration: number;
  };
  readonly thread: {
    readonly next: number;
    readonly interp: number;
    /** Pointer to the current frame; in 3.11 and 3.12 to the `_PyCFrame` on the C stack that has it. */
    readonly currentFrame: number;
    /** Pointer to the outermost frame; −1 where there is none (before 3.15). */
    readonly baseFrame: number;
    /** The operating system's id of the thread; before 3.11 its `pthread_t`. */
    readonly ident: number;
    /** The current chunk of the data stack; −1 where there is none (before 3.11). */
    readonly chunk: number;
    /** The free word of the current chunk: right behind `datastack_chunk` (CPython 3.13 Include/cpython/pystate.h). */
    readonly chunkTop: number;
    /** Word with {@link ACTIVE_STATUS}; −1 where there is none (before 3.12). */
    readonly status: number;
    /**
     * An int that is {@link ATTACHED} while the thread may run Python code, of builds without a GIL: `state`,
     * which their table lacks (CPython 3.13–3.15 Include/cpython/pystate.h); −1 elsewhere.
     */
    readonly attached: number;
    /** Bytes from the thread state's start that hold all of these. */
    readonly window: number;
  };
  readonly states: StateLayout;
  /** Where a `_PyCFrame` has its current frame; −1 where there are none (from 3.13 on). */
  readonly cframe: number;
  /** Where `_PyRuntime` has the thread that holds the GIL; −1 from 3.12 on. */
  readonly gilHolder: number;
  readonly gc: {
    /** A word that is not 0 while the collector runs: of the interpreter state, in 3.8 of `_PyRuntime`. */
    readonly collecting: number;
    readonly isGlobal: boolean;
    /** Of the interpreter state: the frame in which it runs, right behind the word; −1 where nothing tells (before 3.15). */
    readonly frame: number;
  };
  /** Frames are objects, linked in the heap (before 3.11). */
  readonly hasFrameObjects: boolean;
  readonly frame: {
    /** Bytes from the frame's start that hold all of these. */
    readonly size: number;
    readonly executable: number;
    readonly previous: number;
    /** Pointer to the instruction; before 3.11 its number, in bytes in 3.8 and 3.9, in code units in 3.10. */
    readonly instruction: number;
    /** −1 where there is none (before 3.11). */
    readonly owner: number;
    /** Flag of frames that were called from C; −1 where these have a frame of the interpreter's own below them (from 3.12 on). */
    readonly isEntry: number;
    /** A byte that is `runningState` while the frame is executed; −1 where there is none (from 3.11 on). */
    readonly state: number;
    readonly runningState: number;
    /** Which copy of its instructions it executes, an int; −1 where there is but one. */
    readonly copy: number;
  };
  readonly code: {
    readonly size: number;
    readonly filename: number;
    readonly name: number;
    /** −1 where there is none (before 3.11). */
    readonly qualname: number;
    readonly linetable: number;
    readonly firstLine: number;
    /** Words of a frame of this code: `co_framesize`, eight bytes behind the first line (CPython 3.12–3.15 Include/cpython/code.h); −1 before. */
    readonly frameWords: number;
    /** What a frame takes besides its fixed part where that has to be added up (3.11), else −1. */
    readonly locals: number;
    readonly stackSize: number;
    /** A 16-bit counter among fields that do not change otherwise; −1 where there is none (but in 3.11). */
    readonly warmup: number;
    /** `co_flags`, right before the argument count (CPython 3.12–3.15 Include/cpython/code.h). */
    readonly flags: number;
    /** The first instruction; −1 where they are no part of the code object (before 3.11). */
    readonly instructions: number;
    /** Pointer to the bytes object of the instructions; −1 where there is none (from 3.11 on). */
    readonly bytecode: number;
    /** Pointer to the list of copies of the instructions, one a thread; −1 where there is but one. */
    readonly copies: number;
  };
  readonly object: { readonly type: number; readonly typeName: number; readonly varSize: number };
  readonly bytes: { readonly size: number; readonly data: number };
  /** Pointer to the keys object of a dictionary. */
  readonly dictKeys: number;
  readonly unicode: {
    readonly state: number;
    readonly length: number;
    readonly asciiData: number;
    readonly compactData: number;
    /** Bits of the state word in front of its `kind`, beyond the two of other builds. */
    readonly stateShift: number;
  };
}

/** Owner of a frame from which on it belongs to the interpreter itself: `FRAME_OWNED_BY_CSTACK` in 3.13, `FRAME_OWNED_BY_INTERPRETER` from 3.14 (CPython Include/internal/pycore_interpframe_structs.h). */
export const INTERPRETER_OWNER = 3;
/** Owner of a frame that lives in a generator or coroutine object. */
export const GENERATOR_OWNER = 1;
/** Bit of the thread status word: it holds its interpreter's GIL (CPython Include/cpython/pystate.h, `_status.active`). */
export const ACTIVE_STATUS = 0x10;

/** Value of the thread's `state`: attached (CPython Include/internal/pycore_pystate.h, `_Py_THREAD_ATTACHED`). */
export const ATTACHED = 1;
/** `state` lies so far behind the status word, by minor version (CPython Include/cpython/pystate.h). */
const STATE_BEHIND_STATUS: Readonly<Record<number, number>> = { 13: 8, 14: 12, 15: 16 };

/** Data-stack chunk: `previous`, `size` and `top` lie in front of the data (CPython Include/cpython/pystate.h, `_PyStackChunk`). */
export const CHUNK = { previous: 0, size: 8, top: 16, data: 24 } as const;
/** CPython refuses chunks beyond any sane size long before this. */
export const LARGEST_CHUNK = 16 << 20;

/** Names the fields of a target. */
export function buildLayout(offsets: DebugOffsets): Layout {
  const { get, or } = offsets;
  const firstLine = get("code_object.firstlineno");
  const hasFrameObjects = or("thread_state.frame", -1) >= 0;
  const addsUp = offsets.version.minor === 11;
  // Threads without a GIL have instructions of their own from 3.14 on, to specialise as they run.
  const copied = offsets.freeThreaded && offsets.version.minor >= 14;
  const thread = nameThread(offsets);
  return {
    minor: offsets.version.minor,
    freeThreaded: offsets.freeThreaded,
    interpreter: {
      id: get("interpreter_state.id"),
      next: get("interpreter_state.next"),
      threadsHead: get("interpreter_state.threads_head"),
      threadsMain: or("interpreter_state.threads_main", -1),
      codeGeneration: or("interpreter_state.code_object_generation", -1),
    },
    thread,
    states: nameStates(offsets, thread.currentFrame),
    cframe: or("cframe.current_frame", -1),
    gilHolder: or("runtime_state.tstate_current", -1),
    gc: nameCollector(offsets),
    hasFrameObjects,
    frame: hasFrameObjects ? nameFrameObject(offsets) : {
      size: get("interpreter_frame.size"),
      executable: get("interpreter_frame.executable"),
      previous: get("interpreter_frame.previous"),
      instruction: get("interpreter_frame.instr_ptr"),
      owner: get("interpreter_frame.owner"),
      isEntry: or("interpreter_frame.is_entry", -1),
      state: -1,
      runningState: -1,
      copy: copied ? get("interpreter_frame.tlbc_index") : -1,
    },
    code: {
      size: get("code_object.size"),
      filename: get("code_object.filename"),
      name: get("code_object.name"),
      qualname: or("code_object.qualname", -1),
      linetable: get("code_object.linetable"),
      firstLine,
      frameWords: hasFrameObjects || addsUp ? -1 : firstLine + 8,
      locals: addsUp ? get("code_object.nlocalsplus") : -1,
      stackSize: addsUp ? get("code_object.stacksize") : -1,
      warmup: or("code_object.warmup", -1),
      flags: or("code_object.flags", get("code_object.argcount") - 4),
      instructions: or("code_object.co_code_adaptive", -1),
      bytecode: or("code_object.co_code", -1),
      copies: copied ? get("code_object.co_tlbc") : -1,
    },
    object: {
      type: get("pyobject.ob_type"),
      typeName: get("type_object.tp_name"),
      varSize: get("bytes_object.ob_size"),
    },
    bytes: { size: get("bytes_object.ob_size"), data: get("bytes_object.ob_sval") },
    dictKeys: get("dict_object.ma_keys"),
    unicode: {
      state: get("unicode_object.state"),
      length: get("unicode_object.length"),
      asciiData: get("unicode_object.asciiobject_size"),
      // Two machine words (utf8_length, utf8) follow the ASCII header (CPython Include/cpython/unicodeobject.h).
      compactData: or(
        "unicode_object.compactunicodeobject_size",
        get("unicode_object.asciiobject_size") + 16,
      ),
      // Without a GIL, `interned` takes a byte of its own (CPython 3.14 Include/cpython/unicodeobject.h).
      stateShift: copied ? 6 : 0,
    },
  };
}

/** Where the fields of a thread state are, and how much of it has to be read to have them all. */
function nameThread(offsets: DebugOffsets): Layout["thread"] {
  const { get, or } = offsets;
  const chunk = or("thread_state.datastack_chunk", -1);
  const fields = {
    next: get("thread_state.next"),
    interp: get("thread_state.interp"),
    currentFrame: or("thread_state.cframe", or("thread_state.frame", -1)),
    baseFrame: or("thread_state.base_frame", -1),
    ident: or("thread_state.native_thread_id", get("thread_state.thread_id")),
    chunk,
    chunkTop: chunk + 8,
    status: or("thread_state.status", -1),
  };
  if (fields.currentFrame < 0) fields.currentFrame = get("thread_state.current_frame");
  const window = Math.max(...Object.values(fields)) + 8;
  return { ...fields, attached: placeOfState(offsets), window };
}

function placeOfState({ freeThreaded, version, get }: DebugOffsets): number {
  const behind = STATE_BEHIND_STATUS[version.minor];
  return freeThreaded && behind !== undefined ? get("thread_state.status") + behind : -1;
}

/** Where it stands whether the garbage collector runs. */
function nameCollector({ get, or }: DebugOffsets): Layout["gc"] {
  const global = or("runtime_state.gc_collecting", -1);
  if (global >= 0) return { collecting: global, isGlobal: true, frame: -1 };
  const measured = or("interpreter_state.gc_collecting", -1);
  if (measured >= 0) return { collecting: measured, isGlobal: false, frame: -1 };
  const collecting = get("interpreter_state.gc") + get("gc.collecting");
  const isBehind = or("gc.frame", -1) === get("gc.collecting") + 8;
  return { collecting, isGlobal: false, frame: isBehind ? collecting + 8 : -1 };
}

/** Frames are objects up to 3.10; what is read of one begins with its head. */
function nameFrameObject({ get, version }: DebugOffsets): Layout["frame"] {
  const { minor } = version;
  const state = get(minor < 10 ? "frame_object.f_executing" : "frame_object.f_state");
  return {
    size: (Math.max(state, get("frame_object.f_lasti") + 3) + 8) & ~7,
    executable: get("frame_object.f_code"),
    previous: get("frame_object.f_back"),
    instruction: get("frame_object.f_lasti"),
    owner: -1,
    isEntry: -1,
    state,
    runningState: minor < 10 ? 1 : 0,
    copy: -1,
  };
}
