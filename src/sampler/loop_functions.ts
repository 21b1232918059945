import type { CodeObject } from "../cpython/code_object.ts";

/** Functions in which event loops wait for something to happen, by file and name; and who calls them. */
const WAITS: readonly (readonly [file: RegExp, name: RegExp, caller?: RegExp])[] = [
  [/[\\/]selectors\.py$/, /\bselect$/, /\b_run_once$/],
  [/[\\/]asyncio[\\/]windows_events\.py$/, /\b_poll$/],
  // Loops that are written in C wait below the function that was asked to run.
  [/[\\/]uvloop[\\/]__init__\.py$/, /\brun$/],
  [/[\\/]asyncio[\\/]runners\.py$/, /^Runner\.run$/],
];
const STEP_FILE = /[\\/]asyncio[\\/]events\.py$/;
const STEP_NAME = "Handle._run";

/** Tells whether a function that was called by another is one in which an event loop waits. */
export function isLoopWait({ file, name }: CodeObject, caller: CodeObject | undefined): boolean {
  return WAITS.some(([files, names, callers]) =>
    names.test(name) && files.test(file) &&
    (callers === undefined || (caller !== undefined && callers.test(caller.name)))
  );
}

/** Tells whether a function is the one by which an event loop makes its callbacks and tasks go on. */
export function isLoopStep({ file, name }: CodeObject): boolean {
  return name === STEP_NAME && STEP_FILE.test(file);
}
