/** Frames and stacks of foreign files, interned into a profile's tables. */

import type { Profile } from "../../profile/profile.ts";
import { StackIndex } from "../stack_index.ts";
import { FRAME_KINDS, type FrameKind } from "../../profile/tables.ts";

/** A frame as other formats describe it; what they do not say is empty, 0 or absent. */
export interface ForeignFrame {
  readonly file: string;
  readonly name: string;
  readonly line: number;
  readonly firstLine?: number;
  /** From 0; −1: not known. */
  readonly column?: number;
  readonly kind: FrameKind;
}

/** Interns into the tables of one profile. */
export class Interner {
  readonly #strings = new Map<string, number>();
  readonly #frames = new Map<string, number>();
  readonly #stacks: StackIndex;

  constructor(readonly profile: Profile) {
    this.#stacks = new StackIndex(profile.stacks);
  }

  string(text: string): number {
    let id = this.#strings.get(text);
    if (id === undefined) {
      id = this.profile.strings.push(text) - 1;
      this.#strings.set(text, id);
    }
    return id;
  }

  frame({ file, name, line, firstLine = 0, column = -1, kind }: ForeignFrame): number {
    const [fileId, nameId, kindId] = [
      this.string(file),
      this.string(name),
      FRAME_KINDS.indexOf(kind),
    ];
    const key = `${fileId} ${nameId} ${line} ${firstLine} ${column} ${kindId}`;
    let id = this.#frames.get(key);
    if (id === undefined) {
      id = this.profile.frames.push({
        file: fileId,
        name: nameId,
        firstLine,
        line,
        endLine: line,
        column,
        endColumn: -1,
        opcode: -1,
        kind: kindId,
      });
      this.#frames.set(key, id);
    }
    return id;
  }

  /** The stack of a frame on that of its caller. */
  stack(prefix: number, frame: number): number {
    return this.#stacks.push(prefix, frame);
  }
}

/** Names of frames that are no functions, wherever they come from. */
export function kindOfName(name: string): FrameKind {
  if (name === "<GC>") return "gc";
  return name.startsWith("<native") ? "native" : "synthetic";
}
