/** From one look at the clock and at the host to the next, ms. */
const LOOK = 20;
const LOOK_AT_HOST = 500;
/** A look that comes so much later than it is due is a stall, ms. */
const STALL = 200;
/** The share of the CPUs' time from which on a host that takes it is one. */
const MOST_STOLEN = 0.2;

/** A span of time in which the machine did not run what was to run; ms since 1970. */
export interface Stall {
  readonly from: number;
  readonly to: number;
}

/** Watches the machine that tests run on, and notes in a file when it stands still. */
export class StallWatch implements Disposable {
  readonly #timers: number[];
  #lookedAt = Date.now();
  #hostLookedAt = Date.now();
  #host = hostTimes();

  /** @param path of a file that is there. */
  constructor(readonly path: string) {
    this.#timers = [
      setInterval(() => this.#look(), LOOK),
      setInterval(() => this.#ask(), LOOK_AT_HOST),
    ];
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #look(): void {
    const now = Date.now();
    if (now - this.#lookedAt > LOOK + STALL) this.#note({ from: this.#lookedAt, to: now });
    this.#lookedAt = now;
  }

  #ask(): void {
    const [before, host, now] = [this.#host, hostTimes(), Date.now()];
    const [stolen, all] = [host.stolen - before.stolen, host.all - before.all];
    if (stolen > MOST_STOLEN * all) this.#note({ from: this.#hostLookedAt, to: now });
    this.#host = host;
    this.#hostLookedAt = now;
  }

  #note({ from, to }: Stall): void {
    Deno.writeTextFileSync(this.path, `${from} ${to}\n`, { append: true });
  }
}

/** What a watch has noted. */
export function readStalls(path: string): Stall[] {
  return Deno.readTextFileSync(path).split("\n").filter((line) => line !== "").map((line) => {
    const [from, to] = line.split(" ").map(Number);
    return { from: from!, to: to! };
  });
}

/**
 * CPU time of all CPUs since the start, and how much of it the host gave to others, in the kernel's ticks
 * (proc_stat(5)); zeros where nothing tells.
 */
function hostTimes(): { stolen: number; all: number } {
  const line = Deno.build.os === "linux" ? Deno.readTextFileSync("/proc/stat").split("\n")[0]! : "";
  const times = line.split(/\s+/).slice(1, 9).map(Number);
  return { stolen: times[7] ?? 0, all: times.reduce((sum, time) => sum + time, 0) };
}
