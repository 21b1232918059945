import type { Address } from "../../ffi/process.ts";
import type { CodeTable } from "../cpython/code_table.ts";
import { describePlace } from "../cpython/frame_description.ts";
import { LocalsReader } from "../cpython/objects/frame_locals.ts";
import { ObjectReader } from "../cpython/objects/object_reader.ts";
import { type ValueLimits, ValueReader } from "../cpython/objects/value_reader.ts";
import type { Runtime } from "../cpython/runtime.ts";
import { type DumpedFrame, type DumpRequest, SECRET } from "./dump.ts";

/** How much of the values of variables is shown. */
const LIMITS = { depth: 3, items: 12, characters: 160, objects: 300 } as const;

/** Tells of frames what was asked for: where they are, their instructions, their variables. */
export class FrameDetails {
  readonly #locals: LocalsReader | undefined;

  /** @param isOver the time for values is over. */
  constructor(
    readonly runtime: Runtime,
    readonly request: DumpRequest,
    readonly codeTable: CodeTable,
    isOver: () => boolean,
  ) {
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

  /** @param frame its address; 0 where the frame itself was not seen. */
  describe(place: number, frame: Address): DumpedFrame {
    const { code, location } = describePlace(this.codeTable, place);
    const { line, endLine, column, endColumn } = location;
    const described = {
      ...{ file: code.file, name: code.name, firstLine: code.firstLine },
      ...{ line, endLine, column, endColumn },
      opcode: this.request.opcodes ? this.#opcodeAt(place) : -1,
    };
    if (this.#locals === undefined) return described;
    const locals = frame === 0 ? undefined : this.#locals.read(frame, code.firstLine);
    return { ...described, locals };
  }

  #opcodeAt(place: number): number {
    const index = this.codeTable.codeOfPlace(place);
    const unit = place - this.codeTable.firstPlaces[index]!;
    const { start } = this.codeTable.codes[index]!;
    return this.runtime.reader.bytes(start + unit * 2, 1)?.[0] ?? -1;
  }
}
