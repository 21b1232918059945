import { listOpcodes } from "../profile/opcodes.ts";
import { formatCount, formatShare } from "../analysis/units.ts";
import type { Heat, HeatLine, HeatSpan } from "./heatmap_counts.ts";
import { escapeForMarkup } from "./markup.ts";
import { drawBar, findMost } from "./heatmap_scale.ts";

/** An instruction of a line: an opcode at a part of it. */
export interface Instruction extends Heat {
  readonly name: string;
  /** What it is a special form of; else its own name. */
  readonly base: string;
  /** Index of the part in {@link HeatLine.spans}. */
  readonly span: number;
}

/** Puts names to the opcodes of one version of Python. */
export class OpcodeNames {
  readonly #all;
  readonly #special;

  constructor(pythonVersion: string) {
    this.#all = listOpcodes(pythonVersion);
    this.#special = new Set(
      this.#all.filter(({ name, base }) => name !== base).map(({ base }) => base),
    );
  }

  /** The instructions of a line that were met, most samples first. */
  list({ spans }: HeatLine): Instruction[] {
    return spans.flatMap(({ opcodes }: HeatSpan, span) =>
      [...opcodes].filter(([, { total }]) => total > 0).map(([opcode, heat]): Instruction => {
        const { name = "", base = "" } = this.#all[opcode] ?? {};
        const known = name === "" ? `opcode ${opcode}` : name;
        return { ...heat, name: known, base: name === "" ? known : base, span };
      })
    ).sort((a, b) => b.total - a.total);
  }

  /**
   * Share of samples in special forms, of those in instructions that have any.
   * @returns undefined when no such instruction was met.
   */
  specialised(instructions: readonly Instruction[]): number | undefined {
    let special = 0;
    let possible = 0;
    for (const { name, base, total } of instructions) {
      if (!this.#special.has(base)) continue;
      possible += total;
      if (name !== base) special += total;
    }
    return possible === 0 ? undefined : special / possible;
  }
}

/** The instructions of a line as a table. */
export function writeInstructions(
  instructions: readonly Instruction[],
  spans: readonly HeatSpan[],
  special: number | undefined,
): string {
  const most = findMost(instructions);
  const rows = instructions.map(({ name, base, self, total, span }) => {
    const { column, endColumn, endLine } = spans[span]!;
    const form = name === base ? "" : `<span class="special">special form of ${base}</span>`;
    const columns = column < 0 ? "" : `${column}–${endColumn < 0 ? "" : endColumn}`;
    return `<tr data-span="${span}" tabindex="0"><th scope="row">${escapeForMarkup(name)} ${form}` +
      `<td class="n">${formatCount(self)}<td class="n">${formatCount(total)}` +
      `<td class="b">${
        drawBar({ self, total }, most)
      }<td class="n" data-end="${endLine}">${columns}`;
  });
  const line = special === undefined
    ? "No instruction here has special forms."
    : `${formatShare(special)} of the samples are in special forms of instructions.`;
  return `<p>${line}</p><table class="instructions"><thead><tr><th scope="col">Instruction` +
    `<th scope="col" class="n">Self<th scope="col" class="n">Total<th><th scope="col" class="n">` +
    `Columns</thead><tbody>${rows.join("")}</tbody></table>`;
}
