import { listOperations, type Operation } from "./instruction_set.ts";

/** The depth of the stack of values at an instruction is not known. */
const UNKNOWN = -1;

/** Where an exception leads to (CPython InternalDocs/exception_handling.md). */
interface Handler {
  readonly target: number;
  /** Depth of the stack of values when it begins. */
  readonly depth: number;
}

/** The instructions of a code object, as they were compiled: special forms count as their originals. */
export interface Bytecode {
  /** By code unit: the one where its instruction begins. */
  readonly starts: Int32Array;
  /** By code unit that an instruction begins at. */
  readonly operations: readonly (Operation | undefined)[];
  readonly arguments: Int32Array;
  /** By the same: how many values are on the stack before the instruction, −1 where that is not known. */
  readonly depths: Int32Array;
}

/**
 * Takes instructions apart.
 * @param handlers the table of exceptions, from 3.11 on; empty before.
 * @returns undefined if they hold something that does not tell how long it is.
 */
export function readBytecode(
  minor: number,
  bytes: Uint8Array,
  handlers: Uint8Array,
): Bytecode | undefined {
  const table = listOperations(minor);
  const units = bytes.length >> 1;
  const starts = new Int32Array(units);
  const given = new Int32Array(units);
  const operations = new Array<Operation | undefined>(units);
  let extended = 0;
  for (let unit = 0; unit < units;) {
    const operation = table[bytes[unit * 2]!];
    if (operation === undefined) return undefined;
    const argument = extended << 8 | bytes[unit * 2 + 1]!;
    extended = operation.name === "EXTENDED_ARG" ? argument : 0;
    operations[unit] = operation;
    given[unit] = argument;
    const next = Math.min(units, unit + 1 + operation.caches);
    starts.fill(unit, unit, next);
    unit = next;
  }
  const code = { starts, operations, arguments: given };
  return { ...code, depths: measureDepths(minor, code, readHandlers(handlers)) };
}

/** Follows all ways through the code. */
function measureDepths(
  minor: number,
  code: Omit<Bytecode, "depths">,
  handlers: readonly Handler[],
): Int32Array {
  const { operations, arguments: given } = code;
  const depths = new Int32Array(operations.length).fill(UNKNOWN);
  const waiting: number[] = [];
  function reach(unit: number, depth: number | undefined): void {
    if (depth === undefined || depth < 0 || depths[unit] !== UNKNOWN) return;
    depths[unit] = depth;
    waiting.push(unit);
  }
  // A generator of 3.10 begins with what is sent to it.
  reach(0, operations[0]?.name === "GEN_START" ? 1 : 0);
  for (const { target, depth } of handlers) reach(target, depth);
  while (waiting.length > 0) {
    const unit = waiting.pop()!;
    const operation = operations[unit];
    if (operation === undefined) continue;
    const { effect, jumpEffect, jump, ends, caches } = operation;
    const argument = given[unit]!;
    const depth = depths[unit]!;
    const next = unit + 1 + caches;
    const after = (change: number | undefined): number | undefined =>
      change === undefined ? undefined : depth + change;
    // In 3.11 and 3.12 what is sent comes with this one, which `dis` does not count.
    const isSent = operation.name === "RETURN_GENERATOR" && minor < 13;
    if (!ends) reach(next, after(isSent ? 1 : effect(argument)));
    if (jump !== "none") {
      // Until 3.9 jumps count bytes.
      const distance = minor < 10 ? argument >> 1 : argument;
      const target = jump === "absolute"
        ? distance
        : jump === "forward"
        ? next + distance
        : next - distance;
      reach(target, after(jumpEffect(argument)));
    }
  }
  return depths;
}

/** Four numbers an entry, six bits a byte, the highest first: start, length, target, depth × 2 + 1 if the place is kept. */
function readHandlers(bytes: Uint8Array): Handler[] {
  const handlers: Handler[] = [];
  let at = 0;
  function next(): number {
    let byte = bytes[at++] ?? 0;
    let value = byte & 63;
    while ((byte & 64) !== 0 && at < bytes.length) {
      byte = bytes[at++]!;
      value = value << 6 | byte & 63;
    }
    return value;
  }
  while (at < bytes.length) {
    next();
    next();
    const target = next();
    const depth = next();
    handlers.push({ target, depth: (depth >> 1) + (depth & 1) + 1 });
  }
  return handlers;
}
