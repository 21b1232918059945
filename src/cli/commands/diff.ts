/** `tachyon diff`: what became slower or faster from one profile to another. */

import { type Command, Option } from "commander";
import { compareProfiles, type Comparison, findSlowest } from "../../analysis/difference.ts";
import { foldCalls, foldFunctions, type FunctionSet } from "../../analysis/difference_functions.ts";
import { findUnlike, kindOf } from "../../analysis/difference_likeness.ts";
import { type Scale, SCALES } from "../../analysis/difference_significance.ts";
import { formatPercent } from "../../analysis/units.ts";
import { type ComparedInput, readCompared } from "../compared.ts";
import { gateNotMet, notAlike, notComparable } from "../comparison_faults.ts";
import { DONE, type Fault, INTERRUPTED, isFault } from "../errors.ts";
import { report } from "../messages.ts";
import { parseGrowth, parseLimit } from "../numbers.ts";
import { createProgress } from "../progress.ts";
import { watchSignals } from "../signals.ts";
import { describeScreen, print } from "../standard_output.ts";
import { describeDifference, type Sides, tabulateDifference } from "../difference_text.ts";

const EXAMPLES = `
Examples:
  tachyon diff before.bin now.bin                    the table
  tachyon diff --by time --fail-above 10 before.bin now.bin
                                                     status 3 if a function is slower by more
  tachyon diff --json before.bin now.bin             all functions, for a script

It reads what \`tachyon replay\` reads. Functions are the same if their files and names are; lines
do not count. What is beyond the noise of sampling is marked: see docs/diff.md.`;

const DEFAULT_LIMIT = 25;

/** What was asked for, checked. */
interface DiffOptions {
  readonly by: Scale;
  readonly json: boolean;
  readonly limit: number;
  /** Growth that is allowed: 0.1 is a tenth. Absent: any. */
  readonly failAbove?: number;
}

/** Declares the command; `done` gets its exit status. */
export function addDiff(program: Command, done: (status: number) => void): void {
  const command = program
    .command("diff")
    .summary("compare two profiles")
    .description("Compare two profiles function by function.")
    .usage("[options] BASE CURRENT")
    .argument("<base>", "the profile from before")
    .argument("<current>", "the profile from now")
    .addOption(
      new Option("--by <scale>", "compare shares of all samples, or time").choices(SCALES)
        .default("share"),
    )
    .option(
      "--fail-above <percent>",
      "end with status 3 if a function takes so much more, beyond noise",
      parseGrowth,
    )
    .option("-l, --limit <rows>", `rows shown (default: ${DEFAULT_LIMIT})`, parseLimit)
    .option("--json", "all functions as JSON, in shares or microseconds")
    .addHelpText("after", EXAMPLES)
    .action(async (base: string, current: string) => {
      const { by, json, limit, failAbove } = command.opts<Partial<DiffOptions>>();
      done(
        await diff(base, current, {
          by: by ?? "share",
          json: json ?? false,
          limit: limit ?? DEFAULT_LIMIT,
          ...(failAbove === undefined ? {} : { failAbove }),
        }),
      );
    });
}

/** Compares two files. Returns the exit status. */
export async function diff(base: string, current: string, options: DiffOptions): Promise<number> {
  const sides = await readSides(base, current);
  if (isFault(sides)) return report(sides);
  const trouble = findTrouble(sides, options);
  if (trouble !== undefined) return report(trouble);
  const comparison = compareProfiles(sides.base.functions, sides.current.functions, options.by);
  const text = options.json
    ? describeDifference(sides, comparison)
    : tabulateDifference(sides, comparison, options.limit, describeScreen());
  const unwritten = await print(text);
  if (unwritten !== undefined) return report(unwritten);
  const gate = judge(comparison, options);
  return gate === undefined ? DONE : report(gate);
}

async function readSides(base: string, current: string): Promise<Sides | Fault> {
  const progress = createProgress(false);
  const unwatch = watchSignals(() => {
    progress.done();
    Deno.exit(INTERRUPTED);
  });
  try {
    const before = await readCompared(base, progress);
    if (isFault(before)) return before;
    const after = await readCompared(current, progress);
    if (isFault(after)) return after;
    return {
      base: { path: base, functions: fold(before) },
      current: { path: current, functions: fold(after) },
    };
  } finally {
    progress.done();
    unwatch();
  }
}

function fold(input: ComparedInput): FunctionSet {
  return "calls" in input ? foldCalls(input.calls) : foldFunctions(input.stacks);
}

function findTrouble({ base, current }: Sides, { by, failAbove }: DiffOptions): Fault | undefined {
  const [before, after] = [base.functions.metadata, current.functions.metadata];
  if (before === undefined || after === undefined) {
    if (before !== after) {
      return notComparable("kind", before === undefined ? base.path : current.path);
    }
  } else {
    const unlike = findUnlike(kindOf(before), kindOf(after));
    if (unlike !== undefined) return notAlike(unlike);
  }
  for (const { path, functions } of [base, current]) {
    if (by === "time" && functions.timeUs === 0) return notComparable("times", path);
    if (failAbove !== undefined && functions.worth === 0) return notComparable("noise", path);
  }
  return undefined;
}

function judge(comparison: Comparison, { failAbove }: DiffOptions): Fault | undefined {
  const slowest = failAbove === undefined ? undefined : findSlowest(comparison);
  if (slowest === undefined || slowest.growth <= failAbove!) return undefined;
  return gateNotMet(
    slowest.row.name,
    formatPercent(slowest.growth),
    formatPercent(failAbove!),
  );
}
