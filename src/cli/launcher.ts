/** Launchers: processes that run no Python themselves, but have started one. */

import { machine } from "../survey/machine.ts";
import { severalPythons } from "./attach_faults.ts";
import { type Fault } from "./errors.ts";
import { tell } from "./messages.ts";
import { listTree } from "./process_tree.ts";

/** The processes below one that look like Python, but those that are below another such. */
export function findPythonsBelow(pid: number): number[] {
  const [, ...below] = listTree(pid);
  const pythons = below.filter(isPython);
  const inner = new Set(pythons.flatMap((python) => listTree(python).slice(1)));
  return pythons.filter((python) => !inner.has(python));
}

/**
 * The Python below a process that runs none itself, which is said: nobody is to look into another process than
 * they think. Undefined when there is none, a fault when there are several.
 * @param all the others will be taken, too: any of them will do.
 */
export function chooseBelow(pid: number, all = false): number | Fault | undefined {
  const [child, ...others] = findPythonsBelow(pid);
  if (child === undefined || all) return child;
  if (others.length > 0) return severalPythons(pid, [child, ...others]);
  tell(`process ${pid} runs no Python itself, but ${child} below it does: that one is taken.`);
  return child;
}

/** A process of another user, such as sudo starts, tells nothing but its name. */
function isPython(pid: number): boolean {
  const likeness = machine.likeness(pid);
  if (likeness !== "hidden") return likeness === "python";
  return /(?:^|[\\/])python[\d.]*(?:\.exe)?$/.test(machine.command(pid)[0] ?? "");
}
