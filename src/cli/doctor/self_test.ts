/** A capture from end to end, of a program that is started for it. */

import { formatCounted } from "../../analysis/units.ts";
import { escapeForTerminal } from "../../analysis/terminal_text.ts";
import type { Sampler } from "../../sampler/capture.ts";
import { delay } from "../child.ts";
import { resolveTarget, USUAL_PYTHON } from "../interpreter.ts";
import { VERSION } from "../version.ts";
import { isFault } from "../errors.ts";
import { type Check, check } from "./check.ts";

/** Works until its standard input is closed: it ends with us, whatever happens. */
const PROGRAM = `import os, sys, threading
def leave():
    sys.stdin.read()
    os._exit(0)
threading.Thread(target=leave, daemon=True).start()
print(flush=True)
while True: sum(range(1000))`;

const INTERVAL_US = 2000;
/** It ends with so many samples, or after so long: a busy machine takes its time. */
const ENOUGH = 50;
const PATIENCE_MS = 5000;
const LOOK_MS = 20;

/** Starts a Python, if there is one, and samples it. */
export async function testOurselves(sampler: Sampler): Promise<Check> {
  const line = resolveTarget({ kind: "command", words: [USUAL_PYTHON] }, undefined);
  if (isFault(line)) return check("self-test", "note", line.what);
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(line.program, {
      args: ["-I", "-c", PROGRAM],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
  } catch {
    return check("self-test", "note", `not made: there is no ${USUAL_PYTHON} on the PATH`);
  }
  const output = child.stdout.getReader();
  try {
    const { done } = await output.read();
    if (done) return check("self-test", "note", `not made: ${USUAL_PYTHON} ends at once`);
    return await sample(child.pid, sampler);
  } finally {
    await child.stdin.close().catch(() => {});
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await Promise.all([output.cancel(), child.status]);
  }
}

async function sample(pid: number, sampler: Sampler): Promise<Check> {
  const capture = await sampler.start({
    pid,
    intervalUs: INTERVAL_US,
    allThreads: false,
    consistency: "verified",
    waitForPythonMs: 0,
    command: [],
    toolVersion: VERSION,
  });
  if ("fault" in capture) {
    const { fault, detail } = capture;
    const what = escapeForTerminal(`${fault}${detail === "" ? "" : `, ${detail}`}`);
    const state = fault === "not-python" || fault === "unsupported-version" ? "note" : "bad";
    return check("self-test", state, `a Python of our own could not be sampled: ${what}`);
  }
  const { quality, metadata } = capture.profile;
  const deadline = performance.now() + PATIENCE_MS;
  while (quality.samples < ENOUGH && performance.now() < deadline) await delay(LOOK_MS);
  capture.stop();
  await capture.finished;
  if (quality.samples === 0) {
    return check("self-test", "bad", `no samples of a Python ${metadata.pythonVersion}`);
  }
  return check(
    "self-test",
    "ok",
    `${formatCounted(quality.samples, "sample")} of a Python ${metadata.pythonVersion}, ` +
      `${quality.exact} of them from its own CPU`,
  );
}
