import type { Process } from "../../ffi/process.ts";
import { Candidate } from "./candidate.ts";
import type { CaptureRequest } from "./capture.ts";
import { Ledger } from "./ledger.ts";
import type { TreeMeans } from "./process_tree.ts";
import { createRing, RingWriter } from "./ring.ts";
import { Target } from "./target.ts";

/** How often it is done at most, and how long, µs. */
const TIMES = 4;
const LONGEST = 15_000;

/**
 * Begins to sample a process, and throws that away, as will be done to its children: to do so the first time
 * takes ten times as long as later, until our own code is compiled.
 */
export function rehearse(means: TreeMeans, request: CaptureRequest, { pid }: Process): void {
  const { platform, watch, reader, loops } = means;
  const begun = reader.now();
  for (let i = 0; i < TIMES && reader.now() - begun < LONGEST; i++) {
    const candidate = new Candidate(platform, pid);
    const kin = watch.look(pid);
    const ready = kin && candidate.look(reader.now(), kin, undefined, 1);
    candidate.close();
    if (ready === undefined) return;
    const ledger = new Ledger(new RingWriter(createRing()));
    const target = new Target(ready.runtime, reader, loops, ledger, request, { patience: 1 });
    target.begin();
    target.tick(0, reader.now());
    target.finish(0, 0);
    ready.process.close();
  }
}
