import type { DebugOffsets } from "./debug_offsets.ts";

/**
 * Where the fields are that the walk needs, in bytes, for one target. Taken from its debug offsets;
 * what the table lacks is fixed here with the place it was read in.
 */
export interface Layout {
  readonly minor: number;
  readonly interpreter: {
    readonly id: number;
    readonly next: number;
    readonly threadsHead: number;
    /** −1 where there is none (3.13). */
    readonly threadsMain: number;
    /** Counter of freed code objects; −1 where there is none (3.13). */
    readonly codeGeneration: number;
  };
  readonly thread: {
    readonly next: number;
    readonly interp: number;
    readonly currentFrame: number;
    /** Pointer to the outermost frame; −1 where there is none (before 3.15). */
    readonly baseFrame: number;
    readonly nativeId: number;
    readonly chunk: number;
    /** The free word of the current chunk: right behind `datastack_chunk` (CPython 3.13 Include/cpython/pystate.h). */
    readonly chunkTop: number;
    readonly status: number;
    /** Bytes from the thread state's start that hold all of these. */
    readonly window: number;
  };
  readonly frame: {
    readonly size: number;
    readonly executable: number;
    readonly previous: number;
    readonly instruction: number;
    readonly owner: number;
  };
  readonly code: {
    readonly size: number;
    readonly filename: number;
    readonly name: number;
    readonly qualname: number;
    readonly linetable: number;
    readonly firstLine: number;
    /** Words of a frame of this code: `co_framesize`, eight bytes behind the first line (CPython 3.12–3.15 Include/cpython/code.h). */
    readonly frameWords: number;
    /** `co_flags`, right before the argument count (CPython 3.12–3.15 Include/cpython/code.h). */
    readonly flags: number;
    readonly instructions: number;
  };
  readonly object: { readonly type: number; readonly typeName: number; readonly varSize: number };
  readonly bytes: { readonly size: number; readonly data: number };
  readonly unicode: {
    readonly state: number;
    readonly length: number;
    readonly asciiData: number;
    readonly compactData: number;
  };
}

/** Owner of a frame from which on it belongs to the interpreter itself: `FRAME_OWNED_BY_CSTACK` in 3.13, `FRAME_OWNED_BY_INTERPRETER` from 3.14 (CPython Include/internal/pycore_interpframe_structs.h). */
export const INTERPRETER_OWNER = 3;
/** Owner of a frame that lives in a generator or coroutine object. */
export const GENERATOR_OWNER = 1;
/** Bit of the thread status word: it holds its interpreter's GIL (CPython Include/cpython/pystate.h, `_status.active`). */
export const ACTIVE_STATUS = 0x10;

/** Data-stack chunk: `previous`, `size` and `top` lie in front of the data (CPython Include/cpython/pystate.h, `_PyStackChunk`). */
export const CHUNK = { previous: 0, size: 8, top: 16, data: 24 } as const;
/** CPython refuses chunks beyond any sane size long before this. */
export const LARGEST_CHUNK = 16 << 20;

/** Names the fields of a target. */
export function buildLayout(offsets: DebugOffsets): Layout {
  const get = offsets.get;
  const chunk = get("thread_state.datastack_chunk");
  return {
    minor: offsets.version.minor,
    interpreter: {
      id: get("interpreter_state.id"),
      next: get("interpreter_state.next"),
      threadsHead: get("interpreter_state.threads_head"),
      threadsMain: offsets.or("interpreter_state.threads_main", -1),
      codeGeneration: offsets.or("interpreter_state.code_object_generation", -1),
    },
    thread: {
      next: get("thread_state.next"),
      interp: get("thread_state.interp"),
      currentFrame: get("thread_state.current_frame"),
      baseFrame: offsets.or("thread_state.base_frame", -1),
      nativeId: get("thread_state.native_thread_id"),
      chunk,
      chunkTop: chunk + 8,
      status: get("thread_state.status"),
      window: Math.max(
        chunk + 16,
        get("thread_state.next") + 8,
        get("thread_state.interp") + 8,
        get("thread_state.current_frame") + 8,
        get("thread_state.native_thread_id") + 8,
        get("thread_state.status") + 8,
        offsets.or("thread_state.base_frame", 0) + 8,
      ),
    },
    frame: {
      size: get("interpreter_frame.size"),
      executable: get("interpreter_frame.executable"),
      previous: get("interpreter_frame.previous"),
      instruction: get("interpreter_frame.instr_ptr"),
      owner: get("interpreter_frame.owner"),
    },
    code: {
      size: get("code_object.size"),
      filename: get("code_object.filename"),
      name: get("code_object.name"),
      qualname: get("code_object.qualname"),
      linetable: get("code_object.linetable"),
      firstLine: get("code_object.firstlineno"),
      frameWords: get("code_object.firstlineno") + 8,
      flags: get("code_object.argcount") - 4,
      instructions: get("code_object.co_code_adaptive"),
    },
    object: {
      type: get("pyobject.ob_type"),
      typeName: get("type_object.tp_name"),
      varSize: get("bytes_object.ob_size"),
    },
    bytes: { size: get("bytes_object.ob_size"), data: get("bytes_object.ob_sval") },
    unicode: {
      state: get("unicode_object.state"),
      length: get("unicode_object.length"),
      asciiData: get("unicode_object.asciiobject_size"),
      // Two machine words (utf8_length, utf8) follow the ASCII header (CPython Include/cpython/unicodeobject.h).
      compactData: offsets.or(
        "unicode_object.compactunicodeobject_size",
        get("unicode_object.asciiobject_size") + 16,
      ),
    },
  };
}
