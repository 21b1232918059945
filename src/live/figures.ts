import { sumBelow } from "../analysis/outermost.ts";
import { type MergedStacks, mergeStacks } from "../analysis/merged_stacks.ts";
import type { Profile } from "../profile/profile.ts";
import { describeRow, type Grain, type Row, Rows } from "./rows.ts";
import { StackGroups } from "./stack_groups.ts";

/** Where a row is, with a short form of its file; empty for marks of ours, which are in no file. */
export function placeOf({ kind, file, line }: Row, short: string): string {
  if (kind !== "python" && (file === "" || file === "~" || kind === "task")) return "";
  return line > 0 ? `${short}:${line}` : short;
}

/** The tree of stacks, with frames of a function made one. */
export interface Calls {
  readonly tree: MergedStacks["stacks"];
  /** Samples on each node and below it, and on it alone. */
  readonly below: Float64Array;
  readonly self: Float64Array;
}

/** What a look at a profile showed. */
export interface Figures {
  /** Samples that the rows are made of. */
  readonly samples: number;
  readonly rows: Rows;
  readonly leaves: Float64Array;
  readonly grain: Grain;
  /** Who calls whom: worked out when it is asked for the first time. */
  calls(): Calls;
}

/** How often an instruction was found running. */
export interface InstructionCount {
  readonly opcode: number;
  readonly count: number;
}

/** Groups of frames that count as one row; grows with the table of frames. */
class Groups {
  readonly #known = new Map<string, number>();
  readonly firstFrame: number[] = [];
  readonly stacks = new StackGroups();
  #groupOf = new Int32Array(256);
  #length = 0;

  constructor(readonly grain: Grain) {}

  /** The group of each frame. */
  update({ frames }: Profile): Int32Array {
    const { length } = frames;
    if (length > this.#groupOf.length) {
      const grown = new Int32Array(length * 2);
      grown.set(this.#groupOf);
      this.#groupOf = grown;
    }
    for (; this.#length < length; this.#length++) {
      const id = this.#length;
      const line = this.grain === "line" ? frames.line.at(id) : 0;
      const key = `${frames.file.at(id)}:${frames.name.at(id)}:${frames.firstLine.at(id)}:${
        frames.kind.at(id)
      }:${line}`;
      let group = this.#known.get(key);
      if (group === undefined) {
        group = this.firstFrame.push(id) - 1;
        this.#known.set(key, group);
      }
      this.#groupOf[id] = group;
    }
    return this.#groupOf.subarray(0, length);
  }
}

/** Looks at one profile again and again; a look takes time by what is different in it. */
export class Observer {
  readonly #groups = { function: new Groups("function"), line: new Groups("line") };
  #lines: Figures | undefined;

  constructor(readonly profile: Profile) {}

  /**
   * @param leaves samples of each stack as a leaf; stacks may have come since.
   * @param grain what a row stands for; the tree is always one of functions.
   */
  look(leaves: Float64Array, grain: Grain): Figures {
    let calls: Calls | undefined;
    return {
      ...this.#rows(leaves, grain),
      leaves,
      grain,
      calls: () => calls ??= this.#call(leaves),
    };
  }

  /** The function of a node of the tree. */
  nodeRow(figures: Figures, node: number): Row {
    const { tree, below, self } = figures.calls();
    const id = tree.frame.at(node);
    const frame = this.#groups.function.firstFrame[id]!;
    return describeRow(this.profile, "function", {
      ...{ id, frame, self: self[node]!, total: below[node]! },
    });
  }

  /** The lines of the file of a function that are on stacks, by number. */
  linesOf(figures: Figures, row: Row): Map<number, Row> {
    if (this.#lines?.leaves !== figures.leaves) {
      this.#lines = figures.grain === "line" ? figures : this.look(figures.leaves, "line");
    }
    const { rows } = this.#lines;
    const lines = new Map<number, Row>();
    for (const id of rows.ids) {
      if (rows.fileOf(id) !== row.file) continue;
      const line = rows.row(id);
      lines.set(line.line, line);
    }
    return lines;
  }

  /** Instructions that a row was found at while it ran itself, most frequent first. */
  instructionsOf({ leaves, grain }: Figures, row: Row): InstructionCount[] {
    const { frames, stacks } = this.profile;
    const groupOf = this.#groups[grain].update(this.profile);
    const counts = new Map<number, number>();
    for (let stack = 0; stack < leaves.length; stack++) {
      const frame = stacks.frame.at(stack);
      if (leaves[stack]! <= 0 || groupOf[frame] !== row.id) continue;
      const opcode = frames.opcode.at(frame);
      if (opcode >= 0) counts.set(opcode, (counts.get(opcode) ?? 0) + leaves[stack]!);
    }
    return Array.from(counts, ([opcode, count]) => ({ opcode, count }))
      .sort((a, b) => b.count - a.count || a.opcode - b.opcode);
  }

  #call(leaves: Float64Array): Calls {
    const { stacks } = this.profile;
    const merged = mergeStacks(stacks, this.#groups.function.update(this.profile));
    const self = new Float64Array(merged.stacks.length);
    for (let stack = 0; stack < leaves.length; stack++) {
      self[merged.mergedOf[stack]!]! += leaves[stack]!;
    }
    return { tree: merged.stacks, below: sumBelow(merged.stacks, self), self };
  }

  #rows(leaves: Float64Array, grain: Grain): { samples: number; rows: Rows } {
    const groups = this.#groups[grain];
    const groupOf = groups.update(this.profile);
    const { firstFrame, stacks } = groups;
    const sums = stacks.sum(this.profile.stacks, groupOf, firstFrame.length, leaves);
    const { samples, self, total } = sums;
    return { samples, rows: new Rows(this.profile, grain, firstFrame, self, total) };
  }
}
