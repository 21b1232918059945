import type { Address } from "../../../ffi/process.ts";

/**
 * Tasks that wait for one, in an order that does not depend on where they lie in memory: shorter names
 * first, so that numbers are in order, then by name. Those that have none come last.
 */
export function orderAwaiters(
  awaiters: readonly Address[],
  nameOf: (task: Address) => string | undefined,
): Address[] {
  if (awaiters.length < 2) return [...awaiters];
  return awaiters
    .map((task) => ({ task, name: nameOf(task) }))
    .sort((a, b) => compare(a.name, b.name) || a.task - b.task)
    .map(({ task }) => task);
}

function compare(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}
