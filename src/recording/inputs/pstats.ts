/**
 * Files of `cProfile` and `pstats`: a marshalled dict from (file, line, function) to (primitive calls,
 * calls, own time, time with callees, callers), times in seconds. The sampling profiler of CPython 3.15
 * writes them with a mark, with samples instead of calls and a number alone for each caller.
 */

import type { CallCounts, CallerCounts, CallRow } from "../../profile/call_table.ts";
import { Damage } from "../damage.ts";
import type { CallInput } from "./input.ts";
import { type MarshalDict, type MarshalTuple, type MarshalValue, readMarshal } from "./marshal.ts";

const SAMPLED = "__sampled__";
const SECOND = 1e6;

/** Whether bytes begin like such a file: a dict, and a tuple for a key (or no key at all). */
export function looksMarshalled(head: Uint8Array): boolean {
  const [dict = 0, key = 0] = head;
  return (dict & 0x7f) === 0x7b && [0x28, 0x29, 0x30].includes(key & 0x7f);
}

/** Reads such a file. Throws {@link Damage} where it does not hold together. */
export function readPstats(bytes: Uint8Array): CallInput {
  const { pairs } = asDict(readMarshal(bytes));
  let sampled = false;
  const functions: [MarshalTuple, MarshalTuple][] = [];
  for (const [key, value] of pairs) {
    const place = asTuple(key);
    if (place.length === 1 && place[0] === SAMPLED) sampled = value === true;
    else functions.push([place, asTuple(value)]);
  }
  const rows: CallRow[] = [];
  const callersOf: CallerCounts[][] = [];
  const known = new Map<string, number>();
  function rowOf(place: MarshalTuple): number {
    const [file, line, name] = place;
    if (place.length !== 3 || typeof file !== "string" || typeof name !== "string") {
      throw new Damage("a function has no name");
    }
    const key = JSON.stringify(place);
    let row = known.get(key);
    if (row === undefined) {
      const callers: CallerCounts[] = [];
      callersOf.push(callers);
      const none = { primitive: 0, calls: 0, selfUs: 0, totalUs: 0 };
      row = rows.push({ file, name, line: Math.max(0, asNumber(line)), ...none, callers }) - 1;
      known.set(key, row);
    }
    return row;
  }
  for (const [place, value] of functions) {
    const row = rowOf(place);
    const [primitive, calls, ...times] = value;
    rows[row] = { ...rows[row]!, ...readCounts([calls, primitive, ...times]) };
    for (const [caller, counts] of asDict(value[4]).pairs) {
      const parts = typeof counts === "number" ? { calls: counts } : readCounts(asTuple(counts));
      callersOf[row]!.push({ caller: rowOf(asTuple(caller)), counts: parts });
    }
  }
  const unit = sampled || areSamples(rows) ? "samples" : "calls";
  return { kind: "pstats", knows: "functions", calls: { unit, rows } };
}

/**
 * Whether counts are samples though no mark says so, as in our own files: all times are then the counts
 * times one and the same, which no clock would measure of calls.
 */
function areSamples(rows: readonly CallRow[]): boolean {
  const sum = (of: (row: CallRow) => number): number => rows.reduce((all, row) => all + of(row), 0);
  const one = sum((row) => row.selfUs) / sum((row) => row.primitive);
  const fits = (us: number, count: number): boolean =>
    Math.abs(us - count * one) <= 1e-6 * count * one;
  return one > 0 && rows.some(({ primitive }) => primitive !== 1) &&
    rows.every((row) => fits(row.selfUs, row.primitive) && fits(row.totalUs, row.calls));
}

/** Counts in the order in which callers have them; a function's own begin with those not recursive. */
function readCounts(
  [calls, primitive, self, total]: readonly (MarshalValue | undefined)[],
): CallCounts {
  return {
    calls: asNumber(calls),
    primitive: asNumber(primitive),
    selfUs: asNumber(self) * SECOND,
    totalUs: asNumber(total) * SECOND,
  };
}

function asDict(value: MarshalValue | undefined): MarshalDict {
  if (typeof value !== "object" || value === null || !("pairs" in value)) {
    throw new Damage("it has no table where a profile has one");
  }
  return value;
}

function asTuple(value: MarshalValue | undefined): MarshalTuple {
  if (!Array.isArray(value)) throw new Damage("it has no list where a profile has one");
  return value;
}

function asNumber(value: MarshalValue | undefined): number {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new Damage("it has no number where a profile has one");
  }
  return value;
}
