import type { Address, Ranges } from "../../ffi/process.ts";

/** Frames outside chunks that are fetched ahead; the rest is fetched when met. */
const MOST_OUTSIDE = 64;
/** An entry at the root that is fetched so often from one `relax` to the next is copied like the others. */
const OFTEN = 3;

/** The frames outside the data stack (generators, entries from C) that are copied with it. */
export class OutsideFrames {
  /** Something has changed in what is to be copied. */
  changed = false;
  /** The entry at the root of the thread, which is not copied; 0: none has been met. */
  leftOut: Address = 0;
  /** How often it had to be fetched, or another one was met in its place, since the last `relax`. */
  #missed = 0;
  #isRootCopied = false;
  #count = 0;
  readonly #addresses = new Float64Array(MOST_OUTSIDE);
  /** 0: asked for since the last `relax`; 2: not yet. */
  readonly #ages = new Int32Array(MOST_OUTSIDE);
  /** Where they begin in the copy. */
  #from = 0;

  /** @param slotBytes what is copied of each. */
  constructor(readonly slotBytes: number) {}

  /** Ranges that `addTo` adds. */
  get count(): number {
    return this.#count;
  }

  /** Frames that are known. */
  get known(): number {
    return this.#count;
  }

  /** Adds what is to be copied to a list of ranges, at its end. */
  addTo(ranges: Ranges): void {
    this.#from = ranges.bytes;
    for (let i = 0; i < this.#count; i++) ranges.push(this.#addresses[i]!, this.slotBytes);
    this.changed = false;
  }

  /** Offset in the copy of the frame at an address; −1 if it is not among those that are copied. */
  find(address: Address): number {
    const place = this.#placeOf(address);
    return place < 0 ? -1 : this.#from + place * this.slotBytes;
  }

  /** Copies a frame from now on; it takes the place of the one that was not asked for longest. */
  add(address: Address): void {
    if (this.#placeOf(address) >= 0) return;
    if (address === this.leftOut && !this.#isMissedOften()) return;
    let place = this.#count;
    if (place === MOST_OUTSIDE) place = this.#ages.indexOf(Math.max(...this.#ages));
    else this.#count++;
    this.#addresses[place] = address;
    this.#ages[place] = 0;
    this.changed = true;
  }

  /**
   * Stops copying a frame: the entry at the root of the thread. While the frames above it do not change,
   * neither does it, and then nobody asks for it. Where the frame right above it changes all the time (a loop at
   * the top of a program), or there are several roots (greenlets), it is copied nevertheless.
   */
  leaveOut(address: Address): void {
    if (this.leftOut === address || this.#isRootCopied) return;
    if (this.leftOut !== 0 && this.#isMissedOften()) return;
    this.leftOut = address;
    const place = this.#placeOf(address);
    if (place >= 0) this.#remove(place);
  }

  /** Once in a while: what has not been asked for during two periods is not copied any more. */
  relax(): void {
    this.#missed = 0;
    for (let i = this.#count - 1; i >= 0; i--) {
      if (this.#ages[i]! > 1) {
        this.#remove(i);
        this.#isRootCopied = false;
      } else this.#ages[i] = 2;
    }
  }

  /**
   * Stops copying what lies in the data stack: frames of a chunk that was not known yet when they were met.
   * @param holds tells whether an address lies in a chunk that is known.
   */
  giveBack(holds: (address: Address) => boolean): void {
    for (let i = this.#count - 1; i >= 0; i--) if (holds(this.#addresses[i]!)) this.#remove(i);
  }

  /** The memory of one of them is not mapped any more: which one is not known, all are met again if they live. */
  forget(): void {
    this.#count = 0;
    this.changed = true;
  }

  #isMissedOften(): boolean {
    if (++this.#missed < OFTEN) return false;
    this.leftOut = 0;
    this.#isRootCopied = true;
    return true;
  }

  #placeOf(address: Address): number {
    for (let i = 0; i < this.#count; i++) {
      if (this.#addresses[i] === address) {
        this.#ages[i] = 0;
        return i;
      }
    }
    return -1;
  }

  #remove(place: number): void {
    const last = --this.#count;
    this.#addresses[place] = this.#addresses[last]!;
    this.#ages[place] = this.#ages[last]!;
    this.changed = true;
  }
}
