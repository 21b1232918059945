import type { Address, Ranges } from "../../ffi/process.ts";

/** Frames that are copied ahead; Python of these versions runs out of C stack before. */
const MOST_FRAMES = 32_768;
/** Ranges of one read. Fewer and longer ones take in what lies between frames. */
const MOST_RANGES = 900;
/** Bytes between two frames that are cheaper to copy than to leave out. */
const NEAR = 384;
/** Periods without being asked for, after which a frame is not copied any more. */
const OLDEST = 2;

/** Bytes of the target that are copied together. */
interface Stretch {
  readonly from: Address;
  to: Address;
  /** Index of the first of its frames, in order of reading. */
  rank: number;
}

/**
 * The frame objects of Python up to 3.10, which lie scattered in the heap. They are used again and again,
 * so all that were met are copied ahead, those that were met last and nearest to the leaf first: the sooner
 * a frame is read, the less can have happened to it.
 */
export class HeapFrames {
  changed = false;
  /** In order of reading. */
  #addresses: Address[] = [];
  /** Those that were met since the copy was arranged. */
  #fresh: Address[] = [];
  #stretches: Stretch[] = [];
  /** By address: its offset in the copy, −1 for one that is fresh. */
  readonly #offsets = new Map<Address, number>();
  /** By address: periods since it was asked for. */
  readonly #ages = new Map<Address, number>();

  constructor(readonly slotBytes: number) {}

  /** Ranges that `addTo` adds. */
  get count(): number {
    if (this.changed) this.#stretches = this.#arrange();
    return this.#stretches.length;
  }

  /** Frames that are known. */
  get known(): number {
    return this.#offsets.size;
  }

  addTo(ranges: Ranges): void {
    for (const { from, to } of this.#stretches) ranges.push(from, to - from);
    const starts = new Map<Address, number>();
    let at = ranges.bytes;
    for (let i = this.#stretches.length - 1; i >= 0; i--) {
      const { from, to } = this.#stretches[i]!;
      starts.set(from, at -= to - from);
    }
    const sorted = [...this.#stretches].sort((a, b) => a.from - b.from);
    for (const address of this.#addresses) {
      const { from } = sorted[lastAtOrBelow(sorted, address)]!;
      this.#offsets.set(address, starts.get(from)! + address - from);
    }
    this.changed = false;
  }

  find(address: Address): number {
    const offset = this.#offsets.get(address);
    if (offset === undefined) return -1;
    this.#ages.set(address, 0);
    return offset;
  }

  add(address: Address): void {
    if (this.#offsets.has(address)) return;
    if (this.#offsets.size >= MOST_FRAMES) this.forget();
    this.#fresh.push(address);
    this.#offsets.set(address, -1);
    this.#ages.set(address, 0);
    this.changed = true;
  }

  /** The root is a frame like others. */
  leaveOut(): void {}

  /** See {@link OutsideFrames.leftOut}: none is. */
  readonly leftOut: Address = 0;

  relax(): void {
    const old = new Set<Address>();
    for (const [address, age] of this.#ages) {
      if (age >= OLDEST) old.add(address);
      else this.#ages.set(address, age + 1);
    }
    if (old.size === 0) return;
    for (const address of old) {
      this.#ages.delete(address);
      this.#offsets.delete(address);
    }
    this.#addresses = this.#addresses.filter((address) => !old.has(address));
    this.#fresh = this.#fresh.filter((address) => !old.has(address));
    this.changed = true;
  }

  forget(): void {
    this.#addresses = [];
    this.#fresh = [];
    this.#offsets.clear();
    this.#ages.clear();
    this.changed = true;
  }

  /** Joins frames that lie near each other, so that not more ranges are left than one read takes. */
  #arrange(): Stretch[] {
    this.#addresses = [...this.#fresh, ...this.#addresses];
    this.#fresh = [];
    const ranks = new Map(this.#addresses.map((address, rank) => [address, rank]));
    const sorted = [...this.#addresses].sort((a, b) => a - b);
    for (let near = NEAR;; near *= 4) {
      const stretches: Stretch[] = [];
      for (const from of sorted) {
        const last = stretches.at(-1);
        const rank = ranks.get(from)!;
        const to = from + this.slotBytes;
        if (last !== undefined && from - last.to <= near) {
          last.to = to;
          last.rank = Math.min(last.rank, rank);
        } else stretches.push({ from, to, rank });
      }
      if (stretches.length <= MOST_RANGES) return stretches.sort((a, b) => a.rank - b.rank);
    }
  }
}

/** Index of the last stretch that does not begin above an address; there is one. */
function lastAtOrBelow(sorted: readonly Stretch[], address: Address): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]!.from <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
