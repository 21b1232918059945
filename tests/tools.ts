/** Programs of the machine that tests drive. */

import { which } from "../scripts/shell.ts";

/**
 * Whether all of these programs are here. That one is missing, and its tests do not run, is said
 * aloud, and in CI is an error.
 */
export async function haveTools(...names: readonly string[]): Promise<boolean> {
  const missing: string[] = [];
  for (const name of names) if (await which(name) === undefined) missing.push(name);
  if (missing.length === 0) return true;
  const words = `NOT TESTED WITHOUT ${missing.join(", ")}: apt-get install them`;
  if (Deno.env.get("CI") === "true") throw new Error(words);
  Deno.stderr.writeSync(new TextEncoder().encode(`tests: ${words}\n`));
  return false;
}
