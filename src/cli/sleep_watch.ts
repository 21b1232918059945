/** For how long the machine was asleep: the clock of a capture stands still meanwhile. */

/** Shorter times are not told from what reading the clocks takes, µs. */
const SHORTEST = 1_000_000;

/** Two clocks, µs: one that goes on while the machine sleeps, and one that does not. */
export interface Clocks {
  readonly always: number;
  readonly awake: number;
}

/** Begins to watch. The returned function tells for how long the machine has been asleep since, µs. */
export function watchSleep(read: () => Clocks | undefined = readClocks): () => number {
  const begun = read();
  return () => {
    const now = read();
    if (begun === undefined || now === undefined) return 0;
    const asleep = now.always - begun.always - (now.awake - begun.awake);
    return asleep < SHORTEST ? 0 : asleep;
  };
}

/** Linux tells the first one in hundredths of a second (proc(5)); others do not. */
function readClocks(): Clocks | undefined {
  try {
    const [uptime] = Deno.readTextFileSync("/proc/uptime").split(" ");
    return { always: Number(uptime) * 1e6, awake: performance.now() * 1000 };
  } catch {
    return undefined;
  }
}
