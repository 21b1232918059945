/** A process that is nothing but memory: recorded from a real one, or made up. */
import {
  ACTIVITY,
  type ActivityWatch,
  type Module,
  type Process,
  Ranges,
  STATE_UNKNOWN,
  UNMAPPED,
} from "../../ffi/process.ts";

const PAGE = 4096;

/** Thrown when a reader asks for more than any honest target could make it ask for. */
export class BudgetSpent extends Error {}

/** Pages by address; where it has an origin, pages that are asked for are copied from there. */
export class Image implements Process {
  readonly pid: number;
  readonly ownPid: number;
  /** The ranges that were read, by address and length. */
  readonly touched = new Map<string, readonly [address: number, length: number]>();
  /** Reads and bytes that may still be asked for. */
  readsLeft = Infinity;
  bytesLeft = Infinity;
  /** Called before each read: what the target does meanwhile. */
  beforeRead: (() => void) | undefined;
  readonly #pages: Map<number, Uint8Array>;
  /** Pages that belong to another image: they are copied before they are written. */
  #shared = new Set<number>();
  readonly #modules: readonly Module[];
  #origin: Process | undefined;

  constructor(pid: number, modules: readonly Module[], pages = new Map<number, Uint8Array>()) {
    this.pid = this.ownPid = pid;
    this.#modules = modules;
    this.#pages = pages;
  }

  /** An image that fills by being read, until `seal`. */
  static record(origin: Process): Image {
    const names = ["PyRuntime", "_PyRuntime", "Py_Version"];
    const modules = origin.modules().map((module): Module => {
      const sections = new Map(names.map((name) => [name, module.section(name)]));
      const symbols = new Map(names.map((name) => [name, module.symbol(name)]));
      return {
        path: module.path,
        start: module.start,
        section: (name) => sections.get(name),
        symbol: (name) => symbols.get(name),
        writable: () => [],
      };
    });
    const image = new Image(origin.pid, modules);
    image.#origin = origin;
    return image;
  }

  /** Cuts the image off from the process it was recorded from. */
  seal(): void {
    this.#origin = undefined;
  }

  /** An image of its own with the same content. */
  copy(): Image {
    const copy = new Image(this.pid, this.#modules, new Map(this.#pages));
    copy.#shared = new Set(this.#pages.keys());
    return copy;
  }

  /** Bytes at an address that is in the image, to be looked at; they end with the page. */
  at(address: number): Uint8Array | undefined {
    const page = this.#page(Math.floor(address / PAGE));
    return page?.subarray(address % PAGE);
  }

  /** Makes pages of zeros. */
  map(address: number, length: number): void {
    const last = Math.floor((address + length - 1) / PAGE);
    for (let n = Math.floor(address / PAGE); n <= last; n++) {
      this.#pages.set(n, new Uint8Array(PAGE));
    }
  }

  unmap(address: number): void {
    this.#pages.delete(Math.floor(address / PAGE));
  }

  write(address: number, bytes: Uint8Array): void {
    bytes.forEach((byte, i) => this.#own(address + i)[0] = byte);
  }

  /** Writes a 64-bit word. */
  poke(address: number, value: number | bigint): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
    this.write(address, bytes);
  }

  read(ranges: Ranges, into: Uint8Array): number {
    this.beforeRead?.();
    this.readsLeft--;
    this.bytesLeft -= ranges.bytes;
    if (this.readsLeft < 0 || this.bytesLeft < 0) throw new BudgetSpent();
    let done = 0;
    for (let i = 0; i < ranges.count; i++) {
      const [low, high, length] = ranges.words.subarray(i * 4) as unknown as number[];
      const address = low! + high! * 0x1_0000_0000;
      if (length! > 0) this.touched.set(`${address}:${length}`, [address, length!]);
      for (let at = 0; at < length!;) {
        const bytes = this.at(address + at)?.subarray(0, length! - at);
        if (bytes === undefined) return done === 0 ? UNMAPPED : done;
        into.set(bytes, i === 0 ? done : done + ranges.gap);
        done += bytes.length;
        at += bytes.length;
      }
    }
    return done;
  }

  modules(): Module[] {
    return [...this.#modules];
  }

  threads(): number[] {
    return [];
  }

  threadName(): string {
    return "";
  }

  threadBy(ownTid: number): number {
    return ownTid;
  }

  alive(): boolean {
    return true;
  }

  threadCpu(): number {
    return -1;
  }

  watchActivity(): ActivityWatch {
    const row = new Float64Array(ACTIVITY.length);
    row[ACTIVITY.state] = STATE_UNKNOWN;
    return { row, refresh: () => {}, close: () => {} };
  }

  visit(_tid: number, ranges: Ranges, into: Uint8Array): number {
    return this.read(ranges, into);
  }

  leave(): boolean {
    return true;
  }

  close(): void {}

  /** Bytes to be changed. */
  #own(address: number): Uint8Array {
    const number = Math.floor(address / PAGE);
    if (this.#shared.delete(number)) this.#pages.set(number, this.#pages.get(number)!.slice());
    return this.at(address)!;
  }

  #page(number: number): Uint8Array | undefined {
    const known = this.#pages.get(number);
    if (known !== undefined || this.#origin === undefined) return known;
    const ranges = new Ranges(1);
    ranges.push(number * PAGE, PAGE);
    const page = new Uint8Array(PAGE);
    if (this.#origin.read(ranges, page) !== PAGE) return undefined;
    this.#pages.set(number, page);
    return page;
  }
}
