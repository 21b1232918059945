/**
 * tachyon's command line with a made-up sampler behind it: a second of samples at once, then it waits
 * for the process to end, the duration to be over, or `stop`. FAKE_FAULT makes it fail instead,
 * FAKE_FAILURE after those samples, FAKE_SAMPLES=0 leaves the profile empty, and FAKE_READY names a file
 * that it makes when it samples.
 */

import { runProgram } from "../../src/cli/program.ts";
import type { Ending } from "../../src/profile/metadata.ts";
import type {
  AttachFault,
  Capture,
  CaptureEnd,
  CaptureRequest,
} from "../../src/sampler/capture.ts";
import { fakeDump } from "./fake_dump.ts";
import { ProfileBuilder, shopProfile } from "../collectors/profiles.ts";

function startFake(request: CaptureRequest): Promise<Capture | AttachFault> {
  const fault = Deno.env.get("FAKE_FAULT");
  if (fault === "crash") return Promise.reject(new Error("the sampler fell over"));
  if (fault !== undefined) {
    return Promise.resolve(
      { fault, detail: Deno.env.get("FAKE_DETAIL") ?? "3.9.1" } as AttachFault,
    );
  }
  const { pid, command, intervalUs, features } = request;
  const metadata = { pid, command, intervalUs, ...(features === undefined ? {} : { features }) };
  const empty = Deno.env.get("FAKE_SAMPLES") === "0";
  const { profile } = empty ? new ProfileBuilder(metadata) : shopProfile(metadata);
  const { promise, resolve } = Promise.withResolvers<CaptureEnd>();
  const end = (ending: Ending): void => {
    clearInterval(timer);
    clearTimeout(limit);
    resolve({ durationUs: 999_000, ending });
  };
  const timer = setInterval(() => {
    if (!isAlive(request.pid)) end("target-ended");
  }, 5);
  const failure = Deno.env.get("FAKE_FAILURE");
  if (failure !== undefined) {
    clearInterval(timer);
    resolve({ durationUs: 999_000, ending: "sampler-failed", failure });
  }
  const ready = Deno.env.get("FAKE_READY");
  if (ready !== undefined) Deno.writeTextFileSync(ready, "");
  const limit = request.durationUs === undefined
    ? 0
    : setTimeout(() => end("duration"), request.durationUs / 1000);
  return Promise.resolve({ profile, stop: () => end("interrupted"), finished: promise });
}

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

const sampler = { prepare: () => Promise.resolve(), start: startFake };
Deno.exit(await runProgram(Deno.args, sampler, (request) => Promise.resolve(fakeDump(request))));
