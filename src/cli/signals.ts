/** Signals that ask us to come to an end, handled so that results are not lost. */

/** Windows has Ctrl-Break besides, and calls the closing of its window a hang-up. */
const ENDING_SIGNALS: readonly EndingSignal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK", "SIGHUP"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];
export type EndingSignal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGBREAK";

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
