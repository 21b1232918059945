/** Where the options of `run` end and the program's own command line begins. */

/** What to run. */
export interface Target {
  readonly kind: "script" | "module" | "command";
  /** The script, module or command, and its arguments. */
  readonly words: readonly [string, ...string[]];
}

/** The two halves of what follows `run`. */
export interface RunArguments {
  /** Our own options, for the parser. */
  readonly own: readonly string[];
  /** Absent when nothing to run was named. */
  readonly target?: Target;
}

/** As much as must be known of an option to step over it. */
export interface OptionShape {
  readonly short?: string | undefined;
  readonly long?: string | undefined;
  /** Whether it takes a value. */
  readonly required: boolean;
}

/**
 * Splits the arguments of `run`. Options end at the first word that is none, which is the script; or
 * at `--`, behind which stands a whole command line. `-m` makes the word a module; it may be joined
 * (`-mjson.tool`, `--module=json.tool`) and our options may stand between. All that follows belongs
 * to the program.
 */
export function splitRun(args: readonly string[], options: readonly OptionShape[]): RunArguments {
  const own: string[] = [];
  let module = false;
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    const joined = /^(?:-m(?=.)|--module=)(.*)$/s.exec(word)?.[1];
    if (joined !== undefined) return target(own, "module", [joined, ...args.slice(at + 1)]);
    if (word === "-m" || word === "--module") {
      module = true;
    } else if (word === "--") {
      return target(own, module ? "module" : "command", args.slice(at + 1));
    } else if (!word.startsWith("-") || word === "-") {
      return target(own, module ? "module" : "script", args.slice(at));
    } else {
      own.push(word);
      if (wantsNext(word, options) && at + 1 < args.length) own.push(args[++at]!);
    }
  }
  return { own };
}

function target(own: string[], kind: Target["kind"], words: readonly string[]): RunArguments {
  const [first, ...rest] = words;
  return first === undefined || first === ""
    ? { own }
    : { own, target: { kind, words: [first, ...rest] } };
}

/** Whether an option's value is the next word: not for flags, `--option=value`, `-r10khz`. */
function wantsNext(word: string, options: readonly OptionShape[]): boolean {
  if (word.startsWith("--")) {
    return options.some((option) => option.long === word && option.required);
  }
  for (let at = 1; at < word.length; at++) {
    const option = options.find(({ short }) => short === `-${word[at]}`);
    if (option?.required) return at === word.length - 1;
  }
  return false;
}
