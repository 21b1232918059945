/** What threads were doing, as lines for people. */

import { escapeForTerminal } from "../analysis/terminal_text.ts";
import { summarizeDoing, type ThreadDoing } from "../analysis/thread_doing.ts";
import { formatShare } from "../analysis/units.ts";
import type { Mode } from "../profile/metadata.ts";
import type { Profile, Thread } from "../profile/profile.ts";

/** Threads that are listed at most, those with the most samples that do something. */
const MOST_LINES = 20;

/** What a thread did in all samples that a mode has kept. */
const KEPT: Readonly<Partial<Record<Mode, string>>> = {
  cpu: "on a CPU",
  gil: "has the GIL",
  exception: "has an exception",
};

/**
 * A line for each thread: `worker-1 (4243): GIL 48.0%, waits for it 2.0%, on a CPU 47.5%, exceptions 0%`; in
 * other modes than wall `worker-1 (4243): has the GIL 48.0% of the time`.
 */
export function describeDoing(profile: Profile): string[] {
  const { metadata, quality } = profile;
  const kept = KEPT[metadata.mode];
  const rows = summarizeDoing(profile)
    .map((doing, id) => ({ thread: profile.threads[id]!, doing }))
    .filter(({ doing }) => doing.samples > 0)
    .sort((a, b) => activity(b.doing) - activity(a.doing));
  const lines = rows.slice(0, MOST_LINES).map(({ thread, doing }) =>
    `${nameThread(thread)}: ${
      kept === undefined
        ? describeOne(doing)
        : `${kept} ${formatShare(doing.samples / quality.ticks)} of the time`
    }`
  );
  const left = rows.length - lines.length;
  return left > 0 ? [...lines, `${left} more threads do less`] : lines;
}

function activity({ hasGil, onCpu, waitsForGil }: ThreadDoing): number {
  return (hasGil ?? 0) + (onCpu ?? 0) + (waitsForGil ?? 0);
}

function describeOne({ samples, cpuKnown, ...doing }: ThreadDoing): string {
  const parts: readonly (readonly [what: string, count: number | null, of: number])[] = [
    ["GIL", doing.hasGil, samples],
    ["waits for it", doing.waitsForGil, samples],
    ["on a CPU", doing.onCpu, cpuKnown],
    ["exceptions", doing.hasException, samples],
  ];
  const known = parts.filter(([, count]) => count !== null);
  if (known.length === 0) return "not known";
  return known.map(([what, count, of]) => `${what} ${formatShare(count! / of)}`).join(", ");
}

function nameThread({ name, tid, main }: Thread): string {
  const shown = name === "" ? main ? "main thread" : "thread" : escapeForTerminal(name);
  return tid > 0 ? `${shown} (${tid})` : shown;
}
