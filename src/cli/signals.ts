/** Signals that ask us to come to an end, handled so that results are not lost. */

/** Windows has Ctrl-Break besides, and calls the closing of its window a hang-up. */
const ENDING_SIGNALS: readonly EndingSignal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK", "SIGHUP"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];
export type EndingSignal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGBREAK";

/** Those that end a program without a trace; others would leave a core file, of us. */
const QUIET_SIGNALS: readonly Deno.Signal[] = [...ENDING_SIGNALS, "SIGKILL"];

/**
 * Ends us as a program was ended, so that whoever waits for us sees the same: a shell that runs a loop
 * goes on after a status of 130, and does not after a Ctrl-C. Nothing may be left to do.
 */
export function endLike(signal: Deno.Signal): void {
  if (QUIET_SIGNALS.includes(signal)) Deno.kill(Deno.pid, signal);
}

/**
 * Calls back at every Ctrl-C, termination and hang-up, until the returned function is called. A file that
 * becomes larger than is allowed does not end us from here on: writing it fails, and that is told.
 */
export function watchSignals(listener: (signal: EndingSignal) => void): () => void {
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGXFSZ", () => {});
  const watched = ENDING_SIGNALS.map((signal) => {
    const handler = (): void => listener(signal);
    Deno.addSignalListener(signal, handler);
    return { signal, handler };
  });
  return () => {
    for (const { signal, handler } of watched) Deno.removeSignalListener(signal, handler);
  };
}
