import { Ranges } from "../../ffi/process.ts";
import { type Callee, Callees, NAMELESS, PYTHON } from "./callees.ts";
import type { CodeTable } from "./code_table.ts";
import { type Execution, FrameProbe } from "./frame_probe.ts";
import { listOperations } from "./instruction_set.ts";
import type { RoutineTable } from "./routine_table.ts";
import type { StackPath } from "./stack_path.ts";
import type { ThreadCopy } from "./thread_copy.ts";

/** Instructions that are read at once. */
const MOST_RANGES = 1000;

/** What a stack shows besides its frames. */
export interface Wanted {
  readonly native: boolean;
  readonly opcodes: boolean;
}

/** Finds what the frames of one thread's stacks execute, and where they have called C. */
export class StackMarks {
  /** By depth: the opcode, as it is in memory; −1 where it is not known. */
  readonly opcodes: number[] = [];
  /** By depth: the C code right below that frame; at the stack's own depth, above all. */
  readonly natives: Map<number, string> = new Map();

  readonly #probe: FrameProbe;
  readonly #callees: Callees;
  readonly #ranges = new Ranges(MOST_RANGES);
  readonly #bytes = new Uint8Array(MOST_RANGES);
  readonly #entries = new Set<number>();

  constructor(
    readonly copy: ThreadCopy,
    codeTable: CodeTable,
    routines: RoutineTable,
    readonly wanted: Wanted,
  ) {
    this.#probe = new FrameProbe(copy, codeTable, routines);
    this.#callees = new Callees(copy, this.#probe);
  }

  /** Looks at the stack that the copy is of. */
  read(path: StackPath): void {
    if (this.wanted.opcodes) {
      const all = Array.from({ length: path.depth }, (_, d) => this.#probe.at(path, d));
      this.#readOpcodes(all);
    }
    this.natives.clear();
    if (this.wanted.native) this.#findNatives(path);
  }

  /**
   * Reads the opcodes as they are now: special forms come and go. What is not a form of the instruction that
   * the code was compiled to is not believed.
   */
  #readOpcodes(executions: readonly (Execution | undefined)[]): void {
    const { process, layout } = this.copy.runtime;
    this.opcodes.length = 0;
    if (layout.hasFrameObjects) {
      for (const execution of executions) this.opcodes.push(execution?.operation.opcode ?? -1);
      return;
    }
    const table = listOperations(layout.minor);
    const read: (Execution | undefined)[] = executions.filter((one) => one !== undefined);
    const seen = new Map<Execution, number>();
    for (let from = 0; from < read.length; from += MOST_RANGES) {
      const some = read.slice(from, from + MOST_RANGES);
      this.#ranges.clear();
      for (const execution of some) this.#ranges.push(execution!.instruction, 1);
      const got = process.read(this.#ranges, this.#bytes);
      for (let i = 0; i < got; i++) {
        const isForm = table[this.#bytes[i]!]?.opcode === some[i]!.operation.opcode;
        if (isForm) seen.set(some[i]!, this.#bytes[i]!);
      }
    }
    for (const one of executions) {
      this.opcodes.push(one === undefined ? -1 : seen.get(one) ?? -1);
    }
  }

  #findNatives(path: StackPath): void {
    const { layout } = this.copy.runtime;
    const { depth } = path;
    const calleeAt = (d: number): Callee | undefined => {
      const execution = this.#probe.at(path, d);
      return execution && this.#callees.find(execution, path, d);
    };
    const leaf = calleeAt(depth - 1);
    if (typeof leaf === "string") this.natives.set(depth, leaf);
    if (layout.hasFrameObjects) {
      // Every call is one of C here: it counts if something else than Python's own function is called.
      for (let d = 1; d < depth; d++) {
        const callee = calleeAt(d - 1);
        if (typeof callee === "string") this.natives.set(d, callee);
      }
      return;
    }
    this.#entries.clear();
    if (layout.frame.isEntry < 0) path.addEntries(this.copy, this.#entries);
    else this.#probe.addEntries(path, this.#entries);
    for (const d of this.#entries) {
      if (d < 1 || d >= depth) continue;
      const callee = calleeAt(d - 1);
      this.natives.set(d, callee === undefined || callee === PYTHON ? NAMELESS : callee);
    }
  }
}
