/** Launchers: processes that run no Python themselves, but have started one. */

import { machine } from "../survey/machine.ts";
import { listTree } from "./process_tree.ts";

/** The processes below one that look like Python, but those that are below another such. */
export function findPythonsBelow(pid: number): number[] {
  const [, ...below] = listTree(pid);
  const pythons = below.filter(isPython);
  const inner = new Set(pythons.flatMap((python) => listTree(python).slice(1)));
  return pythons.filter((python) => !inner.has(python));
}

/** A process of another user, such as sudo starts, tells nothing but its name. */
function isPython(pid: number): boolean {
  const likeness = machine.likeness(pid);
  if (likeness !== "hidden") return likeness === "python";
  return /(?:^|\/)python[\d.]*$/.test(machine.command(pid)[0] ?? "");
}
