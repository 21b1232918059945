/** Tables and the machine they were measured on, as Markdown. */
import { run } from "../scripts/shell.ts";

/** Prints a line of the results. */
export function print(line = ""): void {
  // deno-lint-ignore no-console
  console.log(line);
}

/** Prints a Markdown table; columns after the first are numbers and stand to the right. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((cell, i) =>
    Math.max(4, cell.length, ...rows.map((row) => (row[i] ?? "").length))
  );
  const line = (cells: readonly string[]): string =>
    `| ${
      cells.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))
        .join(" | ")
    } |`;
  print();
  print(line(head));
  print(line(widths.map((width, i) => i === 0 ? "-".repeat(width) : "-".repeat(width - 1) + ":")));
  for (const row of rows) print(line(row));
}

/** Says on what and with what the figures are made. */
export async function printMachine(command: string, pythons: readonly string[]): Promise<void> {
  const processor = /^model name\s*:\s*(.*)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1];
  const system = (await run("uname", ["-sr"])).trim();
  print(
    `${
      processor ?? "?"
    }, ${navigator.hardwareConcurrency} CPUs, ${system}, Deno ${Deno.version.deno}, ` +
      `Python ${pythons.join(", ")}; load ${
        Deno.loadavg()[0]!.toFixed(1)
      } at the start; \`${command}\``,
  );
}

/** The middle one of some values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A share as a percentage. */
export function percent(share: number, digits = 2): string {
  return `${(share * 100).toFixed(digits)} %`;
}
