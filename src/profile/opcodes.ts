/** Names of opcodes, whose numbers mean something else in every version of Python. */

import { OPCODE_TABLE } from "./opcode_table.ts";

/** An opcode by name. */
export interface Opcode {
  /** As it is in memory: often a special form for the types that were met. */
  readonly name: string;
  /** What it is a special form of; else its own name. */
  readonly base: string;
}

const known = new Map<string, readonly Opcode[]>();

/**
 * The opcodes of a version of Python, by number; places without one have an empty name. Nothing for
 * versions that are not in the table.
 * @param pythonVersion as `3.15.0rc1`.
 */
export function listOpcodes(pythonVersion: string): readonly Opcode[] {
  const version = /^\d+\.\d+/.exec(pythonVersion)?.[0] ?? "";
  let opcodes = known.get(version);
  if (opcodes === undefined) {
    opcodes = (OPCODE_TABLE[version] ?? "").split(/\s+/).filter((entry) => entry !== "")
      .map(readEntry);
    known.set(version, opcodes);
  }
  return opcodes;
}

function readEntry(entry: string): Opcode {
  const [name = "", base = name] = entry === "-" ? [] : entry.split(":");
  return { name, base };
}
