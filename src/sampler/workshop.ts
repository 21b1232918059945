import type { Loops } from "../../ffi/process.ts";
import type { CodeTable } from "../cpython/code_table.ts";
import type { EdgeTable } from "../cpython/edge_table.ts";
import type { RoutineTable } from "../cpython/routine_table.ts";
import type { Runtime } from "../cpython/runtime.ts";
import type { Features } from "../profile/metadata.ts";
import type { Quality, Rejection } from "../profile/quality.ts";
import type { Interner } from "./interner.ts";
import type { SettlingQueue } from "./settling.ts";
import type { Tasks } from "./tasks.ts";
import type { Teacher } from "./teacher.ts";
import type { StateShop } from "./thread_states.ts";

/** What all threads of a capture share. */
export interface Workshop {
  readonly runtime: Runtime;
  readonly codeTable: CodeTable;
  readonly edges: EdgeTable;
  readonly interner: Interner;
  readonly queue: SettlingQueue;
  readonly teacher: Teacher;
  readonly quality: Quality;
  /** More than one thread is sampled, and it matters which of them runs. */
  readonly allThreads: boolean;
  /** What stacks show besides Python frames. */
  readonly features: Features;
  readonly routines: RoutineTable;
  /** Counts a reading that was thrown away; `stack` is a local id, or `NO_STACK`. */
  readonly reject: (time: number, thread: number, reason: Rejection, stack: number) => void;
  readonly loops: Loops;
  /** What tasks there are; absent where nobody asks for them, or none has been found yet. */
  readonly tasks?: Tasks;
  /** Where the states of threads are wanted. */
  readonly states?: StateShop;
}
