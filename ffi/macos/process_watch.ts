import type { Kin, ProcessWatch } from "../process.ts";
import type { MachCalls } from "./calls.ts";
import { type BsdFacts, readFacts } from "./process_facts.ts";
import { listPids, readCommand } from "./process_list.ts";

/** Watches the processes that there are: a call of the kernel's lists them all. */
export class MacProcessWatch implements ProcessWatch {
  readonly #calls: MachCalls;
  #known = new Set<number>();

  constructor(calls: MachCalls) {
    this.#calls = calls;
  }

  fresh(): Kin[] {
    const pids = listPids(this.#calls);
    const found: Kin[] = [];
    const known = new Set<number>();
    for (const pid of pids) {
      const kin = this.#known.has(pid) ? undefined : this.look(pid);
      if (kin !== undefined) found.push(kin);
      // One that has just been given its pid may not be seen yet: it is looked at again.
      if (kin !== undefined || this.#known.has(pid)) known.add(pid);
    }
    this.#known = known;
    return found;
  }

  look(pid: number): Kin | undefined {
    const facts = pid > 0 ? readFacts(this.#calls, pid) : 0;
    return typeof facts === "number" ? undefined : kinOf(facts);
  }

  command(pid: number): string[] {
    return readCommand(this.#calls, pid);
  }
}

/** macOS shows nothing that tells a program from the one that it was forked from, nor sessions. */
function kinOf({ pid, parent, group, ended }: BsdFacts): Kin {
  return { pid, parent, group, session: 0, image: "", ended };
}
