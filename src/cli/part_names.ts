/** The names of outputs that are written in parts: what stands for the number, the time and the process. */

import { baseName } from "../analysis/places.ts";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import type { OutputRequest } from "./destination.ts";
import { badUsage, type Fault } from "./errors.ts";

/** What can stand in names. */
export interface NameValues {
  /** Of the part, from 1 on. */
  readonly number: number;
  /** When the part begins, milliseconds since 1970. */
  readonly startedAt: number;
  readonly pid: string;
}

const PLACEHOLDER = /%(.?)/gsu;
/** Those of which no two parts have the same. */
const CHANGING: ReadonlySet<string> = new Set(["n", "t"]);
const DIGITS = 4;

/** What is wrong with the places of outputs that are to be written in parts; nothing if nothing is. */
export function findUnfitName(outputs: readonly OutputRequest[]): Fault | undefined {
  for (const { path } of outputs) {
    if (path === undefined || takesMore(path)) continue;
    const used = lettersOf(path);
    const shown = escapeForTerminal(path);
    const unknown = used.find((letter) => letter === "" || !"tpn%".includes(letter));
    if (unknown !== undefined) {
      return badUsage(
        `In the name ${shown}, %${escapeForTerminal(unknown)} stands for nothing.`,
        "%t is the time, %p the pid, %n the number of the part; %% is a percent sign.",
      );
    }
    if (!used.some((letter) => CHANGING.has(letter))) {
      return badUsage(
        `All parts would go to ${shown}.`,
        "Put what changes into the name: %n, the number of the part, or %t, the time of its start.",
      );
    }
  }
  return undefined;
}

/** Whether some place has something in its name that changes from part to part. */
export function isNamedInParts(outputs: readonly OutputRequest[]): boolean {
  return outputs.some(({ path }) =>
    path !== undefined && !takesMore(path) && lettersOf(path).some((letter) => CHANGING.has(letter))
  );
}

/** The places of one part. */
export function nameParts(
  outputs: readonly OutputRequest[],
  values: NameValues,
): readonly OutputRequest[] {
  return outputs.map((output) => {
    const { path } = output;
    if (path === undefined || takesMore(path)) return output;
    const name = baseName(path);
    return { ...output, path: path.slice(0, path.length - name.length) + fill(name, values) };
  });
}

/** What tells a file that was not given a name from those of other parts. */
export function tagPart({ pid, number }: NameValues): string {
  return `${pid}_${pad(number)}`;
}

function lettersOf(path: string): string[] {
  return [...baseName(path).matchAll(PLACEHOLDER)].map(([, letter]) => letter!);
}

function fill(name: string, { number, startedAt, pid }: NameValues): string {
  const values: Readonly<Record<string, string>> = {
    n: pad(number),
    t: new Date(startedAt).toISOString().replace(/[-:]|\.\d+/g, ""),
    p: pid,
    "%": "%",
  };
  return name.replace(PLACEHOLDER, (_, letter: string) => values[letter] ?? "");
}

function pad(number: number): string {
  return String(number).padStart(DIGITS, "0");
}

/** Standard output, devices and pipes take one part after another; directories have names made for them. */
export function takesMore(path: string): boolean {
  if (path === "-") return true;
  try {
    return !Deno.statSync(path).isFile;
  } catch {
    return path.endsWith("/");
  }
}
