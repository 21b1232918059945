import type { CaptureRequest } from "../../src/sampler/capture.ts";

/** For programs that call quickly: `work` calls itself so many times, and then a short function twenty times. */
export const WORK = `
def leaf(n):
    return n + 1

def work(depth):
    if depth: work(depth - 1)
    else:
        for i in range(20): leaf(i)
`;

/** Captures at most, on a machine where others want the CPUs. */
export const MOST_TRIES = 10;

/** For a capture of most of a second at 1 kHz. @param asked what is to be otherwise. */
export function requestFor(pid: number, asked: Partial<CaptureRequest>): CaptureRequest {
  return {
    ...{ pid, intervalUs: 1000, durationUs: 800_000, jitter: true, command: [] },
    ...{ allThreads: false, consistency: "verified", waitForPythonMs: 0, toolVersion: "0" },
    ...asked,
  };
}
