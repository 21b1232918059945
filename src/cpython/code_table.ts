import type { Layout } from "./layout.ts";
import type { MemoryReader } from "./memory.ts";
import type { Address } from "../../ffi/process.ts";
import { type CodeObject, isSameCode, readCodeObject, typeName } from "./code_object.ts";
import { PairMap, withRoom } from "./pair_map.ts";

/**
 * All code objects met so far, by address. Each gets an index, and each of its code units a *place*:
 * one dense number for "this instruction of this function", which is what stacks are made of until
 * somebody asks for lines and names.
 */
export class CodeTable {
  /** Address of the first instruction, by code index. */
  starts: Float64Array = new Float64Array(256);
  /** Length of the instructions in bytes, by code index. */
  lengths: Int32Array = new Int32Array(256);
  /** Place of the first code unit, by code index. */
  firstPlaces: Int32Array = new Int32Array(256);
  readonly codes: CodeObject[] = [];
  /** Places given out. */
  places = 0;

  readonly #byAddress = new PairMap();
  /** Value of `epoch` when the code was last known to be the same. */
  #checked: Int32Array = new Int32Array(256);
  /** Goes up whenever code objects may have been freed. */
  epoch = 0;
  readonly #generations = new Map<Address, number>();
  #codeType: Address = 0;
  #sorted: Float64Array = new Float64Array(0);
  #sortedCodes: Int32Array = new Int32Array(0);
  #sortedFor = -1;

  constructor(readonly reader: MemoryReader, readonly layout: Layout) {}

  /** Code objects may have been freed: each is compared with its memory before its next use. */
  doubt(): void {
    this.epoch++;
  }

  /** Takes note of an interpreter's count of freed code objects (3.14+); doubts when it has moved. */
  noteGeneration(interpreter: Address, generation: number): void {
    const before = this.#generations.get(interpreter);
    if (before === generation) return;
    this.#generations.set(interpreter, generation);
    if (before !== undefined) this.doubt();
  }

  /**
   * Index of the code object at an address (given as its two halves), read when it is new.
   * @returns −1 when there is no readable code object.
   */
  find(low: number, high: number): number {
    const index = this.#byAddress.get(low, high);
    if (index >= 0 && this.#checked[index] === this.epoch) return index;
    return this.#confirm(index, low, high);
  }

  /** Index of the code object whose instructions hold an address, or −1. */
  findByInstruction(address: Address): number {
    if (this.#sortedFor !== this.codes.length) this.#sort();
    const starts = this.#sorted;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return -1;
    const index = this.#sortedCodes[low - 1]!;
    return address - this.starts[index]! < this.lengths[index]! ? index : -1;
  }

  /** The code object that a place belongs to, by binary search. */
  codeOfPlace(place: number): number {
    let low = 0;
    let high = this.codes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.firstPlaces[middle]! <= place) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #confirm(index: number, low: number, high: number): number {
    const { reader, layout } = this;
    if (index >= 0 && isSameCode(reader, layout, this.codes[index]!)) {
      this.#checked[index] = this.epoch;
      return index;
    }
    const address = (low >>> 0) + (high >>> 0) * 0x1_0000_0000;
    const code = readCodeObject(reader, layout, address, this.#codeType);
    if (code === undefined) return -1;
    if (this.#codeType === 0) this.#codeType = reader.pointer(address + layout.object.type) ?? 0;
    return this.#add(code, low, high);
  }

  #add(code: CodeObject, low: number, high: number): number {
    const index = this.codes.push(code) - 1;
    if (index >= this.starts.length) {
      const starts = new Float64Array(this.starts.length * 2);
      starts.set(this.starts);
      this.starts = starts;
    }
    this.lengths = withRoom(this.lengths, index + 1);
    this.firstPlaces = withRoom(this.firstPlaces, index + 1);
    this.#checked = withRoom(this.#checked, index + 1);
    this.starts[index] = code.start;
    this.lengths[index] = code.length;
    this.firstPlaces[index] = this.places;
    this.#checked[index] = this.epoch;
    this.places += code.length >>> 1;
    this.#byAddress.set(low, high, index);
    return index;
  }

  #sort(): void {
    const live: number[] = [];
    this.codes.forEach((code, index) => {
      const low = code.address % 0x1_0000_0000;
      const high = Math.floor(code.address / 0x1_0000_0000);
      if (this.#byAddress.get(low, high) === index) live.push(index);
    });
    live.sort((a, b) => this.starts[a]! - this.starts[b]!);
    this.#sortedCodes = Int32Array.from(live);
    this.#sorted = Float64Array.from(live, (index) => this.starts[index]!);
    this.#sortedFor = this.codes.length;
  }
}

/** Tells whether an object is None: what interpreter-owned frames have in place of a code object. */
export function isNone(reader: MemoryReader, layout: Layout, address: Address): boolean {
  const type = reader.pointer(address + layout.object.type);
  return type !== undefined && typeName(reader, layout, type) === "NoneType";
}
