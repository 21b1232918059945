/** Results that go to standard output as one text. */

import { explainFailure, isClosed } from "./write_failure.ts";
import type { Fault } from "./errors.ts";
import { writePieces } from "./write_pieces.ts";

/** Colours and width, only where somebody looks at a terminal. */
export function describeScreen(): { readonly color: boolean; readonly width?: number } {
  if (!Deno.stdout.isTerminal()) return { color: false };
  const color = (Deno.env.get("NO_COLOR") ?? "") === "" && Deno.env.get("TERM") !== "dumb";
  try {
    return { color, width: Deno.consoleSize().columns };
  } catch {
    return { color };
  }
}

/** Writes a text; that nobody reads on is no fault. */
export async function print(text: string): Promise<Fault | undefined> {
  try {
    await writePieces(Deno.stdout, [new TextEncoder().encode(text)], "standard output");
    return undefined;
  } catch (error) {
    return isClosed(error) ? undefined : explainFailure(error);
  }
}
