/** `tachyon replay`: makes any output of a profile that was written to a file before. */

import type { Command } from "commander";
import { showInBrowser } from "../browser.ts";
import { FORMATS } from "../../../collectors/registry.ts";
import { baseName } from "../../analysis/places.ts";
import { type CaptureKind, kindOf } from "../../analysis/difference_likeness.ts";
import { escapeForTerminal } from "../../analysis/terminal_text.ts";
import { recordsQuality } from "../../analysis/trust.ts";
import type { CallInput, StackInput } from "../../recording/inputs/input.ts";
import { createForeign } from "../../recording/inputs/input.ts";
import { type Input, openInput } from "../../recording/inputs/open.ts";
import type { Filter } from "../../profile/metadata.ts";
import { delay } from "../child.ts";
import { readBaseline } from "../compared.ts";
import { DONE, type Fault, INTERRUPTED, isFault } from "../errors.ts";
import { inputLacks, nothingRecorded } from "../input_faults.ts";
import { outputsFailed } from "../output_faults.ts";
import { type Exports, prepareExports, type Results } from "../exports.ts";
import { filterExports, loadFilter } from "../filters.ts";
import { explainInput, openInputFile } from "../input_file.ts";
import { report, summarizeReplay, tell, tellFinished, warnings } from "../messages.ts";
import { addOutputOptions, type OutputOptions, readOutputOptions } from "../output_options.ts";
import { createProgress, describeWriting, type Progress } from "../progress.ts";
import { watchSignals } from "../signals.ts";
import { splitExports } from "../split.ts";

const EXAMPLES = `
Examples:
  tachyon replay capture.bin                        the table
  tachyon replay --collapsed -o - capture.bin       stacks, to a pipe
  tachyon replay -o collapsed:a.txt -o pstats:b.txt capture.bin
  tachyon replay --sort cumtime profile.pstats      a file of cProfile

It reads recordings (--binary) of tachyon and of Python 3.15, also unfinished ones, collapsed
stacks, speedscope files, and files of cProfile. What is in a file tells its kind, not its name.`;

/** Time for which work goes on before signals and the screen have their turn, ms. */
const TURN_MS = 50;

/** Declares the command; `done` gets its exit status. */
export function addReplay(program: Command, done: (status: number) => void): void {
  const command = program
    .command("replay")
    .summary("show a recording again, in any format")
    .description("Read a profile from a file and write it in any format.")
    .usage("[options] FILE")
    .argument("<file>", "a recording, or a profile of another tool");
  addOutputOptions(command);
  command
    .optionsGroup("Other:")
    .addHelpText("after", EXAMPLES)
    .action(async (path: string) => done(await replay(path, readOutputOptions(command))));
}

/** Replays a file. Returns the exit status. */
export async function replay(path: string, options: OutputOptions): Promise<number> {
  const file = openInputFile(path);
  if (isFault(file)) return report(file);
  try {
    const input = explainInput(path, openInput(file.source));
    if (isFault(input)) return report(input);
    const lacking = findLacking(path, input, options);
    if (lacking !== undefined) return report(lacking);
    const ready = await readBaseline(
      options,
      input.knows === "functions" ? {} : kindAfter(kindOf(input.profile.metadata), options.filter),
    );
    if (isFault(ready)) return report(ready);
    const filter = await loadFilter(ready.filter);
    if (filter !== undefined && isFault(filter)) return report(filter);
    const { outputs, formatOptions, by } = ready;
    const inputs = options.baseline === undefined ? [path] : [path, options.baseline];
    if (by !== "merged" && input.knows !== "functions") {
      const split = splitExports({ by, outputs, formatOptions, inputs, filter });
      return isFault(split) ? report(split) : await convert(path, input, split, options);
    }
    const exports = prepareExports(outputs, formatOptions, {
      inputs,
      tag: tagOf(path, input),
      ...(input.knows === "functions" ? { calls: input.calls } : {}),
    });
    if (isFault(exports)) return report(exports);
    return await convert(path, input, filterExports(exports, filter), options);
  } finally {
    file.close();
  }
}

/** What a profile is like when a filter has left samples out. */
function kindAfter(kind: CaptureKind, filter: Filter | undefined): CaptureKind {
  return filter === undefined ? kind : { ...kind, filters: [...kind.filters ?? [], filter] };
}

/** Formats that need what the input does not have are refused before anything is written. */
function findLacking(
  path: string,
  { knows }: Input,
  { outputs, filter }: OutputOptions,
): Fault | undefined {
  if (knows === "functions" && filter !== undefined) return inputLacks(path, "a filter", "stacks");
  for (const { format } of outputs) {
    const { fromCalls, from } = FORMATS[format];
    if (knows === "functions" && fromCalls === undefined) return inputLacks(path, format, "stacks");
    if (knows === "counts" && from === "samples") return inputLacks(path, format, "times");
  }
  return undefined;
}

async function convert(
  path: string,
  input: Input,
  exports: Exports,
  options: OutputOptions,
): Promise<number> {
  const progress = createProgress(options.quiet);
  const unwatch = watchSignals(() => {
    progress.done();
    exports.discard();
    Deno.exit(INTERRUPTED);
  });
  try {
    return input.knows === "functions"
      ? await writeCalls(input, exports, path, options.quiet)
      : await writeStacks(input, exports, path, progress, options);
  } finally {
    progress.done();
    unwatch();
  }
}

async function writeStacks(
  input: StackInput,
  exports: Exports,
  path: string,
  progress: Progress,
  { quiet, browser }: OutputOptions,
): Promise<number> {
  const { profile } = input;
  exports.begin(profile, tagOf(path, input));
  let turn = performance.now();
  for (const batch of input.read()) {
    exports.add(profile, batch);
    if (exports.allFailed()) break;
    if (performance.now() - turn < TURN_MS) continue;
    progress.show("reading", input.progress());
    await delay(0);
    turn = performance.now();
  }
  const notes = input.notes();
  if (profile.quality.samples === 0) {
    exports.discard();
    progress.done();
    for (const note of notes) tell(escapeForTerminal(note));
    return report(nothingRecorded(path));
  }
  const summary = input.summary();
  const results = await exports.finish(profile, summary, (name, bytes) => {
    progress.show(describeWriting(name, bytes));
  });
  progress.done();
  for (const note of notes) tell(escapeForTerminal(note));
  if (!quiet && results.finished.length > 0) {
    tellFinished(summarizeReplay(exports.shown(profile), summary), results.finished);
  }
  if (recordsQuality(profile.metadata)) {
    for (const sentence of warnings(exports.shown(profile), summary)) tell(sentence);
  }
  if (browser) await showInBrowser(results.finished);
  return statusOf(results);
}

async function writeCalls(
  input: CallInput,
  exports: Exports,
  path: string,
  quiet: boolean,
): Promise<number> {
  const { rows } = input.calls;
  if (rows.length === 0) {
    return report(nothingRecorded(path));
  }
  const nothing = createForeign("pstats", {});
  exports.begin(nothing, tagOf(path, input));
  const results = await exports.finish(nothing, { durationUs: 0, ending: "target-ended" });
  if (!quiet && results.finished.some(({ written }) => typeof written === "object")) {
    tellFinished(`${rows.length} functions`, results.finished);
  }
  return statusOf(results);
}

function statusOf({ failed }: Results): number {
  return failed.length === 0 ? DONE : outputsFailed(failed).status;
}

/** What stands in the names of outputs: the pid if it is known, else the name of the input. */
function tagOf(path: string, input: Input): string {
  const pid = input.knows === "functions" ? 0 : input.profile.metadata.pid;
  if (pid > 0) return String(pid);
  const stem = baseName(path).replace(/\.partial(-\d+)?$/, "").replace(/\.[^.]+$/, "");
  return stem.replace(/^(binary|collapsed|speedscope|pstats)_(?=.)/, "") || "replay";
}
