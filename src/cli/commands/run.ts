/** `tachyon run`: starts a program, samples it, and ends with its status. */

import type { Command } from "commander";
import {
  addCaptureOptions,
  type CaptureOptions,
  kindOfCapture,
  readCaptureOptions,
} from "../capture_options.ts";
import { createAside } from "../aside.ts";
import { type Child, delay, startChild } from "../child.ts";
import { readBaseline } from "../compared.ts";
import { explainAttach } from "../attach_faults.ts";
import { FAILED, type Fault, isFault } from "../errors.ts";
import { nothingCollected } from "../output_faults.ts";
import { childrenNotStoppable, noPythonSeen } from "../run_faults.ts";
import { resolveTarget } from "../interpreter.ts";
import { loadFilter } from "../filters.ts";
import { report, tell } from "../messages.ts";
import { sharesTerminal } from "../process_tree.ts";
import { capturePython, practiseLooking } from "../python_search.ts";
import { createRecorder, type Recorder } from "../recorder.ts";
import type { Target } from "../run_arguments.ts";
import { showStatus } from "../status_line.ts";
import { endLike, watchSignals } from "../signals.ts";
import { watchSnapshots } from "../snapshots.ts";
import { machine } from "../../survey/machine.ts";
import { mayStopChildren } from "../../survey/obstacles.ts";
import type { Capture, Sampler } from "../../sampler/capture.ts";

const EXAMPLES = `
Examples:
  tachyon run script.py --its-own options      table when it ends
  tachyon run -m pytest tests                  a module
  tachyon run -- uv run app.py                 any command line that starts a Python
  tachyon run -d 10 --collapsed -o stacks.txt server.py
  tachyon run --pstats -o binary:capture.bin -o gecko:capture.json script.py
  tachyon run --python .venv/bin/python -a script.py

It is sampled from its first line on; for that, Linux holds it for some milliseconds while Python
starts. The program has the terminal for itself and tachyon ends with its exit status. Options of
tachyon stand before the script; everything behind it belongs to the program. -d ends the
sampling and lets the program live, unless --kill is given.`;

/** How long the sampler may take to see for itself that the program has ended, ms. */
const NOTICE_MS = 500;
/** How long a program may take to end at Ctrl-C before we say what more can be done, ms. */
const HINT_MS = 1000;

/** What `run` was asked for, checked. */
export interface RunOptions extends CaptureOptions {
  readonly python?: string;
  readonly kill: boolean;
}

/** Declares the command. Its target is split off before it is parsed; `done` gets its exit status. */
export function addRun(
  program: Command,
  sampler: Sampler,
  target: () => Target | undefined,
  done: (status: number) => void,
): void {
  const command = program
    .command("run")
    .summary("start a program and sample it")
    .description("Start a Python program and sample it until it ends.")
    .usage(
      "[options] SCRIPT [args...]\n       tachyon run [options] -m MODULE [args...]\n       tachyon run [options] -- COMMAND [args...]",
    )
    .option("-m, --module", "what follows is a module, as with python -m");
  addCaptureOptions(command);
  command
    .option("--python <path>", "interpreter (default: that of $VIRTUAL_ENV, else python3)")
    .option("--kill", "with -d: end the program, too, when sampling ends")
    .addHelpText("after", EXAMPLES)
    .action(async () => {
      const options = readRunOptions(command);
      const toRun = target();
      if (toRun === undefined) {
        return command.error("error: nothing to run: name a script, -m MODULE, or -- COMMAND");
      }
      done(await run(toRun, options, sampler));
    });
}

function readRunOptions(command: Command): RunOptions {
  const options = readCaptureOptions(command);
  const { python, kill } = command.opts<{ python?: string; kill?: boolean }>();
  if (kill && options.durationUs === undefined) {
    command.error("error: option '--kill' needs '-d, --duration <seconds>'");
  }
  return Object.freeze({
    ...options,
    ...(python === undefined ? {} : { python }),
    kill: kill ?? false,
  });
}

/** Starts a program and samples it. Returns the exit status: the program's own where it has one. */
export async function run(
  target: Target,
  options: RunOptions,
  sampler: Sampler,
): Promise<number> {
  const line = resolveTarget(target, options.python);
  if (isFault(line)) return report(line);
  if (options.consistency === "blocking" && !mayStopChildren(machine.ownRights())) {
    return report(childrenNotStoppable());
  }
  const ready = await readBaseline(options, kindOfCapture(options));
  if (isFault(ready)) return report(ready);
  const filter = await loadFilter(ready.filter);
  if (filter !== undefined && isFault(filter)) return report(filter);
  const aside = options.live ? createAside() : undefined;
  const { createLive } = options.live ? await import("../live_capture.ts") : {};
  const live = createLive?.(options, filter, aside?.look);
  const recorder = createRecorder(ready, sampler, live?.listener, filter);
  if (isFault(recorder)) return report(recorder);
  // Its first lines would be over before a sampling thread has started.
  await sampler.prepare();
  practiseLooking();
  const child = startChild(line, aside);
  if (isFault(child)) return report(child);

  const ending = watchEnding(child, () => live?.quit());
  // Not so when we had to stop it ourselves.
  let isItsOwn = !options.kill;
  const endSnapshots = watchSnapshots(() => recorder.snapshot());
  try {
    const found = await capturePython(child, recorder, ending.hurry);
    if (found === undefined) return await endWithout(child, target, ending.hurried());
    const { pid, outcome } = found;
    if ("fault" in outcome) {
      isItsOwn = false;
      await child.terminate();
      const fault = explainAttach(outcome, pid);
      return report({ ...fault, next: `${fault.next} The program was stopped.` });
    }
    ending.stopWith(outcome);
    if (live !== undefined) {
      await live.show(outcome);
      outcome.stop();
    }
    if (options.realtimeStats && live === undefined) {
      void outcome.finished.finally(showStatus(outcome.profile, true));
    }
    const answered = outcome.finished.then(endSnapshots);
    const status = await conclude(outcome, child, recorder, options, ending.hurried);
    await answered;
    return status;
  } catch (error) {
    isItsOwn = false;
    await child.terminate();
    throw error;
  } finally {
    aside?.print();
    ending.unwatch();
    const signal = child.endedBy();
    if (isItsOwn && signal !== undefined) endLike(signal);
  }
}

/** Waits for the end of sampling and of the program, in the order that the output needs. */
async function conclude(
  capture: Capture,
  child: Child,
  recorder: Recorder,
  options: RunOptions,
  hurried: () => boolean,
): Promise<number> {
  const summary = await capture.finished;
  const killed = options.kill ? child.terminate() : undefined;
  // A table on standard output follows what the program prints there; a file need not wait.
  if (recorder.usesStdout && !hurried()) {
    if (!child.ended() && summary.ending === "duration" && !options.kill && !options.quiet) {
      tell("sampling is over; the program goes on, and the table follows when it ends");
    }
    await child.status;
  }
  const fault = await recorder.write(capture.profile, summary, false);
  // Its memory is gone a moment before it is told of its end.
  if (summary.ending === "target-ended") await Promise.race([child.status, delay(NOTICE_MS)]);
  if (!child.ended() && !options.kill && !options.quiet) {
    tell(`sampling is over; the program goes on (pid ${child.pid})`);
  }
  await killed;
  return withFault(await child.status, fault);
}

/** The program's status; where it is 0, a result that is missing for a reason of ours still counts. */
function withFault(status: number, fault: Fault | undefined): number {
  if (status !== 0 || fault === undefined) return status;
  return fault.code === "no-samples" ? 0 : FAILED;
}

/** No Python was found before the program ended or somebody lost patience. */
async function endWithout(child: Child, target: Target, hurried: boolean): Promise<number> {
  const status = await child.status;
  if (target.kind === "command" && !hurried) {
    report(noPythonSeen(target.words[0]));
    return status === 0 ? FAILED : status;
  }
  report(nothingCollected("the program ended before the first", false));
  return status;
}

/** What signals do to a run. */
interface EndingWatch {
  /** Whether results are wanted at once, whatever the program does. */
  hurried(): boolean;
  /** Fulfilled when that is so. */
  readonly hurry: Promise<void>;
  /** Tells what to stop. */
  stopWith(capture: Capture): void;
  unwatch(): void;
}

/**
 * The first Ctrl-C is the program's: sampling goes on until it has ended. The second stops sampling,
 * the third ends the program. Termination and hang-up are passed on and stop sampling. When the
 * program has ended, so has sampling, even if a process that it left behind was sampled.
 */
function watchEnding(child: Child, quit: () => void): EndingWatch {
  let capture: Capture | undefined;
  let interrupts = 0;
  let hurried = false;
  const { promise: hurry, resolve } = Promise.withResolvers<void>();
  const unwatch = watchSignals((signal) => {
    if (signal !== "SIGINT") child.signal(signal);
    else if (!sharesTerminal()) child.signal("SIGINT");
    if (signal === "SIGINT" && ++interrupts === 1) return void hintLater();
    if (interrupts > 2) void child.terminate();
    hurried = true;
    resolve();
    capture?.stop();
    quit();
  });
  async function hintLater(): Promise<void> {
    await delay(HINT_MS);
    if (!child.ended() && !hurried) {
      tell("the program has not ended yet; Ctrl-C again ends the sampling, once more the program");
    }
  }
  return {
    hurried: () => hurried,
    hurry,
    stopWith(begun): void {
      capture = begun;
      if (hurried) begun.stop();
      void child.status.then(() => delay(NOTICE_MS)).then(() => begun.stop());
    },
    unwatch,
  };
}
