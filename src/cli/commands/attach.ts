/** `tachyon attach`: samples a process that is running, and leaves it alone otherwise. */

import type { Command } from "commander";
import { readBaseline } from "../compared.ts";
import {
  addCaptureOptions,
  type CaptureOptions,
  kindOfCapture,
  readCaptureOptions,
} from "../capture_options.ts";
import { explainAttach } from "../attach_faults.ts";
import { DONE, INTERRUPTED, isFault } from "../errors.ts";
import { loadFilter } from "../filters.ts";
import { chooseBelow } from "../launcher.ts";
import { report } from "../messages.ts";
import { parsePid } from "../numbers.ts";
import { readCommand } from "../process_tree.ts";
import { createRecorder } from "../recorder.ts";
import { showStatus } from "../status_line.ts";
import { watchSignals } from "../signals.ts";
import { watchSnapshots } from "../snapshots.ts";
import type { Sampler } from "../../sampler/capture.ts";

const EXAMPLES = `
Examples:
  tachyon attach 1234                      table when it ends or at Ctrl-C
  tachyon attach -d 10 1234                ten seconds
  tachyon attach -a -r 5khz -d 10 1234     all threads, 5000 samples a second
  tachyon attach -a --mode cpu -d 10 1234  where CPU time goes, in all threads
  tachyon attach -d 5 --collapsed -o - 1234 | flamegraph.pl > out.svg
  tachyon attach -d 60 --binary -o capture.bin 1234
                                           all of it, for \`tachyon replay\`
  tachyon attach -d 5 --pstats -o gecko:a.json -o collapsed:a.txt 1234

The process is only read, never changed, and stopped only with --blocking. Reading it takes the same
user or root: see \`tachyon doctor PID\`. Where PID is a launcher (sudo, a shell, uv), the Python
below it is taken.`;

/** Declares the command; `done` gets its exit status. */
export function addAttach(
  program: Command,
  sampler: Sampler,
  done: (status: number) => void,
): void {
  const command = program
    .command("attach")
    .summary("sample a running process")
    .description("Sample a running Python process until it ends, the duration is over, or Ctrl-C.")
    .usage("[options] PID")
    .argument("<pid>", "id of the process", parsePid);
  addCaptureOptions(command);
  command
    .addHelpText("after", EXAMPLES)
    .action(async (pid: number) => done(await attach(pid, readCaptureOptions(command), sampler)));
}

/** Declares `tachyon top`, the short form of `attach -a --live`. */
export function addTop(program: Command, sampler: Sampler, done: (status: number) => void): void {
  const command = program
    .command("top")
    .summary("watch a running process")
    .description("Watch where a running Python process spends its time: attach -a --live.")
    .usage("[options] PID")
    .argument("<pid>", "id of the process", parsePid);
  addCaptureOptions(command);
  command.action(async (pid: number) => {
    const options = readCaptureOptions(command, true);
    done(await attach(pid, { ...options, allThreads: true }, sampler));
  });
}

/** Samples a running process. Returns the exit status. */
export async function attach(
  pid: number,
  options: CaptureOptions,
  sampler: Sampler,
): Promise<number> {
  const ready = await readBaseline(options, kindOfCapture(options));
  if (isFault(ready)) return report(ready);
  const filter = await loadFilter(ready.filter);
  if (filter !== undefined && isFault(filter)) return report(filter);
  const { createLive } = options.live ? await import("../live_capture.ts") : {};
  const live = createLive?.(options, filter);
  const recorder = createRecorder(ready, sampler, live?.listener, filter);
  if (isFault(recorder)) return report(recorder);

  let stop: (() => void) | undefined;
  let interrupted = false;
  const unwatch = watchSignals((signal) => {
    // Before there is anything to write, or when writing takes too long for somebody. A hang-up comes
    // twice by itself: from the terminal and from the shell.
    if (stop === undefined || interrupted && signal === "SIGINT") Deno.exit(INTERRUPTED);
    interrupted = true;
    stop();
    live?.quit();
  });
  const endSnapshots = watchSnapshots(() => recorder.snapshot());
  try {
    let capture = await recorder.start(pid, readCommand(pid), 0);
    if ("fault" in capture && capture.fault === "not-python") {
      const child = chooseBelow(pid, options.subprocesses);
      if (typeof child === "object") return report(child);
      if (child !== undefined) {
        capture = await recorder.start(child, readCommand(child), 0, pid);
      }
    }
    if ("fault" in capture) return report(explainAttach(capture, pid));
    stop = () => capture.stop();
    if (live !== undefined) {
      await live.show(capture);
      capture.stop();
    }
    const silent = options.quiet || live !== undefined;
    const hide = silent ? (): void => {} : showStatus(capture.profile, options.realtimeStats);
    const summary = await capture.finished.finally(hide);
    const answered = endSnapshots();
    const fault = await recorder.write(capture.profile, summary, interrupted);
    await answered;
    return fault?.status ?? DONE;
  } finally {
    unwatch();
  }
}
