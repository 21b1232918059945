/** The program that `run` starts: our child, with our terminal. */

import { type Fault } from "./errors.ts";
import { commandNotStarted } from "./run_faults.ts";
import type { Aside } from "./aside.ts";
import type { CommandLine } from "./interpreter.ts";
import { listTree, programOf, signalAll } from "./process_tree.ts";

/** How long a program may take to end after it was asked to, ms. */
const GRACE_MS = 2000;

/** A started program. */
export interface Child {
  readonly pid: number;
  /** Its exit status; 128 + N when signal N ended it. */
  readonly status: Promise<number>;
  ended(): boolean;
  /** The signal that ended it, if one did. */
  endedBy(): Deno.Signal | undefined;
  signal(signal: Deno.Signal): void;
  /** Asks it and all below it to end, makes them end 2 s later, and returns when they have. */
  terminate(): Promise<void>;
}

/**
 * Where a program that has no terminal reads and writes, for the shell that starts it: what we were given
 * to read is the program's unless it is the terminal, whose keys are ours.
 */
const REDIRECT =
  'out=$1 err=$2; shift 2; if [ -t 0 ]; then exec </dev/null; fi; exec "$@" >>"$out" 2>>"$err"';

/**
 * Starts a program with our own standard streams, which stay untouched.
 * @param aside files that it is to write to instead.
 */
export function startChild(line: CommandLine, aside?: Aside): Child | Fault {
  let process: Deno.ChildProcess;
  const pumps = aside !== undefined && Deno.build.os === "windows";
  const { program, args } = aside === undefined || pumps ? line : {
    program: "/bin/sh",
    args: ["-c", REDIRECT, "sh", aside.stdout, aside.stderr, line.program, ...line.args],
  };
  try {
    process = new Deno.Command(program, {
      args: [...args],
      stdin: pumps && Deno.stdin.isTerminal() ? "null" : "inherit",
      stdout: pumps ? "piped" : "inherit",
      stderr: pumps ? "piped" : "inherit",
    }).spawn();
    if (pumps) {
      void pump(process.stdout, aside.stdout);
      void pump(process.stderr, aside.stderr);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return commandNotStarted(program, "missing");
    const denied = error instanceof Deno.errors.PermissionDenied;
    return commandNotStarted(program, denied ? "denied" : "broken");
  }
  const { pid } = process;
  let over = false;
  let by: Deno.Signal | undefined;
  const status = process.status.then(({ code, signal }) => {
    over = true;
    by = signal ?? undefined;
    return code;
  });
  return {
    pid,
    status,
    ended: () => over,
    endedBy: () => by,
    signal(signal): void {
      if (!over) signalAll([pid], signal);
    },
    async terminate(): Promise<void> {
      if (over) return;
      const tree = listTree(pid);
      signalAll(tree, "SIGTERM");
      const deadline = performance.now() + GRACE_MS;
      const living = (): number[] => tree.filter((member) => programOf(member) !== "");
      while (living().length > 0 && performance.now() < deadline) await delay(20);
      signalAll(living(), "SIGKILL");
      await status;
    },
  };
}

/** Where there is no shell to do it: adds what a program prints to a file. */
async function pump(printed: ReadableStream<Uint8Array>, path: string): Promise<void> {
  using file = Deno.openSync(path, { append: true });
  for await (const piece of printed) file.writeSync(piece);
}

/** Lets time go by. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
