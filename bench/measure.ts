/** What a process took. */
import { run } from "../scripts/shell.ts";

/** A command that has ended. */
export interface Watched {
  readonly seconds: number;
  /** Largest resident size. */
  readonly megabytes: number;
}

/** Python knows what its child took. */
const WATCH = `
import resource, subprocess, sys, time
begun = time.monotonic()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
took = time.monotonic() - begun
print(done.returncode, took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
`;

/** Runs a command and tells what it took, start and end included. Throws if it fails. */
export async function watch(python: string, command: readonly string[]): Promise<Watched> {
  const [status, seconds, megabytes] = (await run(python, ["-c", WATCH, ...command])).split(" ");
  if (status !== "0") throw new Error(`${command.join(" ")} ended with status ${status}`);
  return { seconds: Number(seconds), megabytes: Number(megabytes) };
}

/** Largest resident size of this process so far, MB. */
export function peakMb(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1]) / 1024;
}

/** Writes pieces to a file. */
export function writePieces(file: Deno.FsFile, pieces: Iterable<Uint8Array>): void {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) at += file.writeSync(piece.subarray(at));
  }
}
