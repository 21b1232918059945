import { type Address, GONE, type ProcessMemory, Ranges } from "../../../ffi/process.ts";
import { BulkReading, type Compare } from "./bulk.ts";
import { MemoryReader } from "../memory.ts";

/** Ranges of one system call. */
const MOST_RANGES = 1024;
/** Derivations of one value, until two readings in a row agree. */
const MOST_DERIVATIONS = 4;

/** So many keys are read in bulk. */
const MANY = 64;
/** Readings of a bulk from one look at its members to the next, and the share of them that may be wrong. */
const LOOK_AGAIN = 16;
const SLACK = 0.05;

/** How a reading of all that a value depends on came out. */
const SAME = 0;
const CHANGED = 1;
const UNREADABLE = 2;

/** Memory that was just read. */
type Known = ReadonlyMap<Address, Uint8Array>;
const NOTHING: Known = new Map();

/** Something derived from the target's memory, with all that was read for it. */
class Watch<T> {
  value: T | undefined;
  /** It was not the same in two readings in a row. */
  torn = false;
  stamp = 0;
  /** Readings in a row that it was the same in. */
  age = 0;
  /** The bulk that it is read with. */
  bulk: BulkReading<Watch<T>> | undefined;
  addresses: Address[] = [];
  lengths: number[] = [];
  bytes = new Uint8Array(0);
}

/** Notes what is read through it, and answers from an earlier reading what that holds. */
class Trace implements ProcessMemory {
  addresses: Address[] = [];
  lengths: number[] = [];
  #pieces: Uint8Array[] = [];
  #known: Known = NOTHING;

  constructor(readonly memory: ProcessMemory) {}

  begin(known: Known): void {
    this.addresses = [];
    this.lengths = [];
    this.#pieces = [];
    this.#known = known;
  }

  /** Readers of single values ask for one range at a time. */
  read(ranges: Ranges, into: Uint8Array): number {
    const [low = 0, high = 0, length = 0] = ranges.words;
    const address = low + high * 0x1_0000_0000;
    const known = this.#known.get(address);
    if (known?.length === length) into.set(known);
    else {
      const read = this.memory.read(ranges, into);
      if (read < length) return read;
    }
    this.addresses.push(address);
    this.lengths.push(length);
    this.#pieces.push(into.slice(0, length));
    return length;
  }

  /** All that was read, one behind the other. */
  bytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.lengths.reduce((sum, length) => sum + length, 0));
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }
}

/**
 * Values derived from the target's memory, kept for as long as nothing has changed of what they were
 * derived from: all of that is read again at once, and only what differs is derived anew. What is new is
 * read twice; only if both readings agree have all its parts been there at one moment.
 */
export class WatchGroup<T> {
  readonly #watches = new Map<Address, Watch<T>>();
  readonly #trace: Trace;
  readonly #reader: MemoryReader;
  readonly #ranges = new Ranges(MOST_RANGES);
  #now = new Uint8Array(1 << 16);
  #stamp = 1;
  #bulk: BulkReading<Watch<T>> | undefined;
  #members: Watch<T>[] = [];
  /** `refresh`es of many until the next look whether the bulk is still good. */
  #wait = 0;

  /**
   * @param derive the value of a key; undefined if it has none. Reads through the reader it is given alone,
   * but for what cannot change while these readings stay the same.
   * @param compare how large buffers are compared.
   */
  constructor(
    readonly memory: ProcessMemory,
    readonly derive: (reader: MemoryReader, key: Address) => T | undefined,
    readonly compare: Compare = firstDifference,
  ) {
    this.#trace = new Trace(memory);
    this.#reader = new MemoryReader(this.#trace);
  }

  /** Values kept. */
  get size(): number {
    return this.#watches.size;
  }

  /** From now on all values are to be looked at again. */
  begin(): void {
    this.#stamp++;
  }

  /** Brings the values of some keys up to date that have not been since `begin`. */
  refresh(wanted: readonly Address[]): void {
    if (wanted.length >= MANY) this.#refreshBulk();
    const keys = wanted.filter((key) => this.#watches.get(key)?.stamp !== this.#stamp);
    const watches = keys.map((key) => this.#watchOf(key));
    const outcomes = this.#reread(watches);
    const changed: { key: Address; watch: Watch<T>; known: Known }[] = [];
    let at = 0;
    for (let i = 0; i < watches.length; i++) {
      const watch = watches[i]!;
      watch.stamp = this.#stamp;
      if (outcomes[i] !== SAME || watch.value === undefined) {
        const known = outcomes[i] === UNREADABLE ? NOTHING : knownOf(watch, this.#now, at);
        changed.push({ key: keys[i]!, watch, known });
      } else watch.age++;
      at += watch.bytes.length;
    }
    for (const { key, watch, known } of changed) this.#renew(key, watch, known);
  }

  /** What is read with others and has not changed is up to date. */
  #refreshBulk(): void {
    if (--this.#wait <= 0) {
      this.#wait = LOOK_AGAIN;
      this.#arrange();
    }
    const changed = this.#bulk?.refresh();
    if (changed === undefined) this.#bulk = undefined;
    for (const watch of this.#members) {
      if (watch.bulk !== this.#bulk) continue;
      if (changed?.has(watch)) watch.bulk = undefined;
      else watch.stamp = this.#stamp;
    }
  }

  /** Lays the bulk out anew if what could be in it is much more, or less, than what is. */
  #arrange(): void {
    const before = this.#bulk;
    const steady = [...this.#watches.values()].filter(({ bulk, age }) =>
      (bulk !== undefined && bulk === before) || age > 0
    );
    const members = before === undefined
      ? 0
      : steady.reduce((sum, { bulk }) => sum + Number(bulk === before), 0);
    const most = SLACK * this.#members.length;
    if (steady.length - members <= most && this.#members.length - members <= most) return;
    this.#bulk = new BulkReading(this.memory, this.compare, steady);
    this.#members = steady;
    for (const watch of steady) watch.bulk = this.#bulk;
  }

  /** The value of a key as of the last `refresh` of it; undefined if it has none or was torn. */
  get(key: Address): T | undefined {
    return this.#watches.get(key)?.value;
  }

  /** True if the value of a key differed each time it was read. */
  isTorn(key: Address): boolean {
    return this.#watches.get(key)?.torn ?? false;
  }

  /** Derives a value anew at the next `refresh`, whatever has changed, also if that was done before. */
  doubt(key: Address): void {
    const watch = this.#watches.get(key);
    if (watch === undefined) return;
    watch.value = undefined;
    watch.stamp = -1;
    watch.bulk = undefined;
  }

  /** True if a key was refreshed since `begin`. */
  isFresh(key: Address): boolean {
    return this.#watches.get(key)?.stamp === this.#stamp;
  }

  /** Forgets all keys that have not been refreshed since `begin`. */
  prune(): void {
    for (const [key, { stamp }] of this.#watches) {
      if (stamp !== this.#stamp) this.#watches.delete(key);
    }
  }

  #watchOf(key: Address): Watch<T> {
    let watch = this.#watches.get(key);
    if (watch === undefined) this.#watches.set(key, watch = new Watch());
    return watch;
  }

  /** Reads all that some watches depend on. Returns for each how that came out. */
  #reread(watches: readonly Watch<T>[]): Uint8Array {
    const outcomes = new Uint8Array(watches.length);
    const total = watches.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (total > this.#now.length) this.#now = new Uint8Array(total * 2);
    const holes = this.#readAll(watches);
    let at = 0;
    for (let i = 0; i < watches.length; i++) {
      const { bytes } = watches[i]!;
      const end = at + bytes.length;
      if (holes.some((hole) => hole >= at && hole < end)) outcomes[i] = UNREADABLE;
      else if (!equals(bytes, this.#now, at)) outcomes[i] = CHANGED;
      at = end;
    }
    return outcomes;
  }

  /** Fills the buffer; returns the offsets of ranges that could not be read. */
  #readAll(watches: readonly Watch<T>[]): number[] {
    const holes: number[] = [];
    const ranges = this.#ranges;
    let start = 0;
    ranges.clear();
    for (const { addresses, lengths } of watches) {
      for (let i = 0; i < addresses.length; i++) {
        ranges.push(addresses[i]!, lengths[i]!);
        if (ranges.count < MOST_RANGES) continue;
        start = this.#flush(start, holes);
      }
    }
    if (ranges.count > 0) this.#flush(start, holes);
    return holes;
  }

  #flush(start: number, holes: number[]): number {
    const ranges = this.#ranges;
    const end = start + ranges.bytes;
    const read = this.memory.read(ranges, this.#now.subarray(start, end));
    if (read < ranges.bytes) {
      // Some of it is not there any more: each range by itself, to know which.
      const one = new Ranges(1);
      let at = start;
      for (let i = 0; i < ranges.count; i++) {
        const [low = 0, high = 0, length = 0] = ranges.words.subarray(i * 4);
        if (at + length > start + Math.max(0, read)) {
          one.clear();
          one.push(low + high * 0x1_0000_0000, length);
          const into = this.#now.subarray(at, at + length);
          if (read === GONE || this.memory.read(one, into) < length) holes.push(at);
        }
        at += length;
      }
    }
    ranges.clear();
    return end;
  }

  #renew(key: Address, watch: Watch<T>, known: Known): void {
    const trace = this.#trace;
    watch.value = undefined;
    watch.torn = false;
    watch.age = 0;
    watch.bulk = undefined;
    for (let i = 0; i < MOST_DERIVATIONS; i++) {
      trace.begin(known);
      const value = this.derive(this.#reader, key);
      watch.addresses = trace.addresses;
      watch.lengths = trace.lengths;
      watch.bytes = trace.bytes();
      const outcome = this.#reread([watch])[0];
      // What makes no sense may have been on its way.
      if (outcome === SAME && (value !== undefined || i === MOST_DERIVATIONS - 1)) {
        watch.value = value;
        return;
      }
      known = outcome === UNREADABLE ? NOTHING : knownOf(watch, this.#now, 0);
    }
    watch.torn = true;
  }
}

/** What a reading of a watch's ranges gave, by address; it lies in a buffer from an offset on. */
function knownOf<T>(watch: Watch<T>, buffer: Uint8Array, from: number): Known {
  const known = new Map<Address, Uint8Array>();
  let at = from;
  for (let i = 0; i < watch.addresses.length; i++) {
    const end = at + watch.lengths[i]!;
    known.set(watch.addresses[i]!, buffer.slice(at, end));
    at = end;
  }
  return known;
}

function firstDifference(a: Uint8Array, b: Uint8Array, length: number): number {
  let at = 0;
  while (at < length && a[at] === b[at]) at++;
  return at;
}

function equals(bytes: Uint8Array, other: Uint8Array, at: number): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== other[at + i]) return false;
  return true;
}
