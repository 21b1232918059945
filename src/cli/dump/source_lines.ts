/** Lines of the target's sources, as its own root shows them. */

import { readSourceFile, rootOf } from "../../report/target_files.ts";
import { machine } from "../../survey/machine.ts";

/** A line and whether it may be another one than the program runs. */
export interface SourceLine {
  readonly text: string;
  /** The file was changed after the program had started. */
  readonly isNewer: boolean;
}

interface File {
  readonly lines: readonly string[];
  readonly isNewer: boolean;
}

/** Reads lines of files, each file once. */
export class SourceLines {
  readonly #files = new Map<string, File | undefined>();
  readonly #startedAt: number;

  constructor(readonly pid: number) {
    this.#startedAt = startOf(pid);
  }

  /** A line by its number; undefined if there is none. */
  find(path: string, line: number): SourceLine | undefined {
    if (line <= 0) return undefined;
    if (!this.#files.has(path)) this.#files.set(path, this.#read(path));
    const file = this.#files.get(path);
    const text = file?.lines[line - 1];
    return text === undefined ? undefined : { text, isNewer: file!.isNewer };
  }

  #read(path: string): File | undefined {
    const found = readSourceFile(rootOf(this.pid), path);
    if (found === undefined) return undefined;
    const { text, modifiedAt } = found;
    const isNewer = this.#startedAt > 0 && modifiedAt > this.#startedAt;
    return { lines: text.split(/\r\n|\r|\n/), isNewer };
  }
}

/** Ticks of the system's clock a second, as `/proc` counts them on Linux. */
const TICKS = 100;

/** When a process was started, ms since 1970, to the second; 0 when it cannot be told. */
function startOf(pid: number): number {
  if (Deno.build.os !== "linux") {
    const facts = machine.processes().find((process) => process.pid === pid);
    return facts === undefined ? 0 : Date.now() - facts.uptimeMs;
  }
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The 22nd field (proc(5)); the second one is a name, which may contain anything.
    const ticks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
    const boot = /^btime (\d+)/m.exec(Deno.readTextFileSync("/proc/stat"))?.[1];
    const started = (Number(boot) + ticks / TICKS) * 1000;
    // The time of booting is in whole seconds.
    return Number.isFinite(started) ? started + 1000 : 0;
  } catch {
    return 0;
  }
}
