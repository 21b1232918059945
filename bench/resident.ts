/** What memory a capture takes while it goes on. */
import { printTable } from "./table.ts";

/** Rows of the table. */
const POINTS = 12;

/** Resident sizes of a capture of so many seconds, at equal distances, MB. Fails if the capture does. */
export async function watchResident(child: Deno.ChildProcess, seconds: number): Promise<number[]> {
  const sizes: number[] = [];
  const begun = performance.now();
  for (let point = 1; point <= POINTS; point++) {
    // Two seconds before each point: at the last one it still samples.
    const due = begun + seconds * 1000 * point / POINTS - 2000;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const status = await Deno.readTextFile(`/proc/${child.pid}/status`);
    sizes.push(Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1]) / 1024);
  }
  if (!(await child.status).success) throw new Error("the capture failed");
  return sizes;
}

/** Prints what was watched. */
export function printResident(sizes: readonly number[], seconds: number): void {
  const rows = sizes.map((size, i) => [
    `${Math.round(seconds * (i + 1) / POINTS)}`,
    size.toFixed(0),
  ]);
  printTable(["after s", "MB"], rows);
}
