/** Signals that ask us to come to an end, handled so that results are not lost. */

const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type EndingSignal = typeof ENDING_SIGNALS[number];

/** Calls back at every Ctrl-C, termination and hang-up, until the returned function is called. */
export function watchSignals(listener: (signal: EndingSignal) => void): () => void {
  const watched = ENDING_SIGNALS.map((signal) => {
    const handler = (): void => listener(signal);
    Deno.addSignalListener(signal, handler);
    return { signal, handler };
  });
  return () => {
    for (const { signal, handler } of watched) Deno.removeSignalListener(signal, handler);
  };
}
