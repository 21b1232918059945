/** Which program `run` starts: an interpreter with a script or module, or the command as it stands. */

import { type Fault } from "./errors.ts";
import { pythonNotFound, scriptNotFound } from "./run_faults.ts";
import type { Target } from "./run_arguments.ts";

const IS_WINDOWS = Deno.build.os === "windows";

/** The name of an interpreter on the PATH. */
export const USUAL_PYTHON = IS_WINDOWS ? "python" : "python3";

/** A command line, ready to be started. */
export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * Makes a command line of a target.
 * @param python the interpreter asked for; else the one of `$VIRTUAL_ENV`, else the usual one on the PATH.
 */
export function resolveTarget(target: Target, python: string | undefined): CommandLine | Fault {
  const [first, ...args] = target.words;
  if (target.kind === "command") return { program: first, args };
  if (target.kind === "script" && !exists(first)) return scriptNotFound(first);

  const environment = Deno.env.get("VIRTUAL_ENV");
  const wanted = python ??
    (environment === undefined || environment === ""
      ? USUAL_PYTHON
      : `${environment}/${IS_WINDOWS ? "Scripts/python.exe" : "bin/python"}`);
  const program = findProgram(wanted);
  if (program === undefined) return pythonNotFound(wanted);
  // A script whose name looks like an option is still a script.
  const script = first.startsWith("-") ? `./${first}` : first;
  return { program, args: target.kind === "module" ? ["-m", first, ...args] : [script, ...args] };
}

/** A program by its path, or by its name on the PATH. */
function findProgram(name: string): string | undefined {
  const names = IS_WINDOWS && !/\.exe$/i.test(name) ? [`${name}.exe`, name] : [name];
  if (name.includes("/") || (IS_WINDOWS && name.includes("\\"))) return names.find(isExecutable);
  return (Deno.env.get("PATH") ?? "")
    .split(IS_WINDOWS ? ";" : ":")
    .flatMap((directory) => names.map((one) => `${directory === "" ? "." : directory}/${one}`))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0o111) & 0o111) !== 0;
  } catch {
    return false;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
