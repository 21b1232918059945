import type { Quality } from "../../src/profile/quality.ts";

/** Times that a measurement is made before it counts as wrong. */
const CHANCES = 3;

/**
 * A test that holds what was measured against the truth. A machine that others use may spoil any one
 * measurement, and random ones lie outside of any bounds once in a while; what is wrong is so each time.
 */
export function givingChances(test: () => Promise<void>): () => Promise<void> {
  return async () => {
    const seen: string[] = [];
    for (let i = 0; i < CHANCES; i++) {
      try {
        return await test();
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        seen.push(error.message);
      }
    }
    throw new Error(`${CHANCES} times:\n${seen.join("\n")}`);
  };
}

/**
 * Makes a capture and judges it, again where the machine let us make less than three quarters of the ticks:
 * what is rejected then says little about us.
 * @param judge throws for what may not be even so, and says what else is wrong, if anything is.
 */
export async function judgeUndisturbed(
  judge: () => Promise<{ readonly quality: Quality; readonly wrong: string | undefined }>,
): Promise<void> {
  const seen: string[] = [];
  for (let i = 0; i < CHANCES; i++) {
    const { quality, wrong } = await judge();
    if (wrong === undefined) return;
    seen.push(wrong);
    if (quality.missedTicks < (quality.ticks + quality.missedTicks) / 4) break;
  }
  throw new Error(seen.join("\n"));
}
