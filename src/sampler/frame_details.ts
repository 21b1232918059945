import type { Address } from "../../ffi/process.ts";
import type { CodeTable } from "../cpython/code_table.ts";
import { findCollection } from "../cpython/collection.ts";
import { describePlace, type FrameDescription } from "../cpython/frame_description.ts";
import { LocalsReader } from "../cpython/objects/frame_locals.ts";
import { ObjectReader } from "../cpython/objects/object_reader.ts";
import { type ValueLimits, ValueReader } from "../cpython/objects/value_reader.ts";
import { RoutineTable } from "../cpython/routine_table.ts";
import type { Runtime } from "../cpython/runtime.ts";
import type { Snapshot } from "../cpython/snapshot.ts";
import { StackMarks } from "../cpython/stack_marks.ts";
import type { Features } from "../profile/metadata.ts";
import { type DumpedFrame, type DumpRequest, SECRET } from "./dump.ts";
import { featuresFor } from "./features.ts";
import { isOverByCollection } from "./marked_stack.ts";

/** How much of the values of variables is shown. */
const LIMITS = { depth: 3, items: 12, characters: 160, objects: 300 } as const;

/** Tells of frames what was asked for: where they are, their instructions, their variables, calls of C. */
export class FrameDetails {
  readonly #locals: LocalsReader | undefined;
  readonly #features: Features;
  readonly #routines: RoutineTable;

  /** @param isOver the time for values is over. */
  constructor(
    readonly runtime: Runtime,
    readonly request: DumpRequest,
    readonly codeTable: CodeTable,
    isOver: () => boolean,
  ) {
    this.#features = featuresFor(runtime, request.features);
    this.#routines = new RoutineTable(codeTable, runtime.reader);
    const { locals } = request;
    if (locals === undefined) return;
    const limits: ValueLimits = {
      ...LIMITS,
      isSecret: locals.secrets ? () => false : (name) => SECRET.test(name),
      isOver,
    };
    const objects = new ObjectReader(runtime);
    this.#locals = new LocalsReader(objects, new ValueReader(objects, limits), runtime.offsets);
  }

  /** The frames of the stack that was found last, leaf first. */
  describe(snapshot: Snapshot): DumpedFrame[] {
    const { path, copy } = snapshot;
    const { depth } = path;
    const { native, opcodes, gc } = this.#features;
    const marks = native || opcodes
      ? new StackMarks(copy, this.codeTable, this.#routines, this.#features)
      : undefined;
    marks?.read(path);
    const collection = gc ? findCollection(copy, path) : -1;
    const leaf = marks?.natives.get(depth);
    const isOver = collection === depth - 1 && isOverByCollection(copy.runtime.layout.minor, leaf);
    const frames: DumpedFrame[] = [];
    for (let d = 0; d < depth; d++) {
      const called = marks?.natives.get(d);
      if (called !== undefined) frames.push(nativeFrame(called));
      frames.push(this.#describe(path.places[d]!, path.addresses[d]!, marks?.opcodes[d] ?? -1));
      if (d === depth - 1 && leaf !== undefined && !isOver) frames.push(nativeFrame(leaf));
      if (d === collection) frames.push({ ...NO_PLACE, kind: "gc", name: "<GC>" });
    }
    return frames.reverse();
  }

  /** @param frame its address; 0 where the frame itself was not seen. */
  #describe(place: number, frame: Address, opcode: number): DumpedFrame {
    const described = describeFrame(describePlace(this.codeTable, place), opcode);
    if (this.#locals === undefined) return described;
    const locals = frame === 0 ? undefined : this.#locals.read(frame, described.firstLine);
    return { ...described, locals };
  }
}

/** A Python frame of which no more is known than where it is. */
export function describeFrame({ code, location }: FrameDescription, opcode = -1): DumpedFrame {
  const { line, endLine, column, endColumn } = location;
  return {
    kind: "python",
    ...{ file: code.file, name: code.name, firstLine: code.firstLine },
    ...{ line, endLine, column, endColumn, opcode },
  };
}

const NO_PLACE = {
  ...{ file: "", firstLine: 0, line: 0, endLine: 0, column: -1, endColumn: -1, opcode: -1 },
} as const;

function nativeFrame(name: string): DumpedFrame {
  return { ...NO_PLACE, kind: "native", name: name === "" ? "<native>" : `<native ${name}>` };
}
