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
