import { DENIED, GONE, UNMAPPED } from "../../ffi/process.ts";

/** Prints an answer for the test that has started this script. */
export function print(answer: Record<string, unknown>): void {
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(answer)));
}

/** The result of a read in words. */
export function nameOf(result: number): string | number {
  if (result === DENIED) return "denied";
  if (result === GONE) return "gone";
  return result === UNMAPPED ? "unmapped" : result;
}
