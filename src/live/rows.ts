import type { Profile } from "../profile/profile.ts";
import { FRAME_KINDS, type FrameKind } from "../profile/tables.ts";

/** What rows of a table stand for. */
export type Grain = "function" | "line";

/** A function, or a line of one. */
export interface Row {
  /** The same from one look to the next. */
  readonly id: number;
  readonly file: string;
  readonly name: string;
  /** Where the function begins, or the line. */
  readonly line: number;
  readonly kind: FrameKind;
  readonly self: number;
  readonly total: number;
}

/** The rows of a look, as columns: a row is described when somebody wants to see it. */
export class Rows {
  /** Of those that have samples, in the order in which they came. */
  readonly ids: Int32Array;

  /**
   * @param frames a frame of each row.
   * @param self samples by id, as are those in `total`.
   */
  constructor(
    readonly profile: Profile,
    readonly grain: Grain,
    readonly frames: readonly number[],
    readonly self: Float64Array,
    readonly total: Float64Array,
  ) {
    let count = 0;
    const ids = new Int32Array(total.length);
    for (let id = 0; id < total.length; id++) if (total[id]! > 0) ids[count++] = id;
    this.ids = ids.slice(0, count);
  }

  get length(): number {
    return this.ids.length;
  }

  nameOf(id: number): string {
    const { frames, strings } = this.profile;
    return strings[frames.name.at(this.frames[id]!)] ?? "";
  }

  fileOf(id: number): string {
    const { frames, strings } = this.profile;
    return strings[frames.file.at(this.frames[id]!)] ?? "";
  }

  row(id: number): Row {
    const [frame, self, total] = [this.frames[id]!, this.self[id]!, this.total[id]!];
    return describeRow(this.profile, this.grain, { id, frame, self, total });
  }
}

/** Says what a row stands for. @param frame one of its frames. */
export function describeRow(
  { frames, strings }: Profile,
  grain: Grain,
  { frame, ...numbers }: Pick<Row, "id" | "self" | "total"> & { readonly frame: number },
): Row {
  return {
    ...numbers,
    file: strings[frames.file.at(frame)] ?? "",
    name: strings[frames.name.at(frame)] ?? "",
    line: grain === "line" ? frames.line.at(frame) : frames.firstLine.at(frame),
    kind: FRAME_KINDS[frames.kind.at(frame)] ?? "synthetic",
  };
}
