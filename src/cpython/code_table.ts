import type { Layout } from "./layout.ts";
import type { MemoryReader } from "./memory.ts";
import type { Address } from "../../ffi/process.ts";
import {
  type CodeObject,
  isInternal,
  isSameCode,
  MOST_COPIES,
  readCodeObject,
  typeName,
} from "./code_object.ts";
import { widened } from "./frame_list.ts";
import { PairMap, withRoom } from "./pair_map.ts";

/** Where the number of a copy begins in the upper half of an address, which has 47 bits. */
const COPY_SHIFT = 16;
/** One copy of the instructions, as it is added to the upper half of a code object's address. */
export const COPY_UNIT = 1 << COPY_SHIFT;

/**
 * The upper half of a code object's address with the number of a copy of its instructions, as
 * {@link CodeTable.find} takes it; −1, which is the half of no address, if there can be none of that number.
 */
export function numbered(high: number, copy: number): number {
  return copy < MOST_COPIES && high < 0x8000 ? high + copy * COPY_UNIT : -1;
}

/** Readings during which every object is looked at again, after one had changed or was new. */
const WATCHFUL_READINGS = 128;

/**
 * All code objects met so far. An *object* is an address that holds or has held one, or one thread's copy
 * of its instructions where threads have copies; a *code* is what it says. Programs that compile the same source again and again (`exec`, templates, dataclasses) have
 * many objects of one code, so that what is known of its calls holds for all of them. Each code unit of
 * a code has a *place*: one dense number for "this instruction of this function", which is what stacks
 * are made of until somebody asks for lines and names.
 */
export class CodeTable {
  /** Address of the first instruction, by object. */
  starts: Float64Array = new Float64Array(256);
  /** The code that an object holds now. */
  codeOf: Int32Array = new Int32Array(256);
  /** Codes; for one with several objects, as it was first met. */
  readonly codes: CodeObject[] = [];
  /** Length of the instructions in bytes, by code. */
  lengths: Int32Array = new Int32Array(256);
  /** Place of the first code unit, by code. */
  firstPlaces: Int32Array = new Int32Array(256);
  /** Places given out. */
  places = 0;
  /** The code of the interpreter's own frame between a class and its `__init__`; −1: not met yet. */
  internal = -1;
  /** By code: not 0 if its frames are not what they look like: those of generators and the interpreter's own. */
  oddities: Int32Array = new Int32Array(256);
  /** Objects by address. */
  readonly objects: PairMap = new PairMap();
  /** Objects by the address of their first instruction; `sortedCount` of them. */
  sorted: Int32Array = new Int32Array(256);
  sortedCount = 0;
  /** Value of `epoch` when the object was last known to be the same. */
  checked: Int32Array = new Int32Array(256);
  /** Goes up whenever code objects may have been freed. */
  epoch = 0;
  /** Objects that have been looked at in the target's memory, and those of them that were not what they had been. */
  looks = 0;
  news = 0;

  /** What each object held when it was read last. */
  readonly #contents: CodeObject[] = [];
  readonly #makers = new Map<number, number>();
  readonly #bySignature = new Map<string, number[]>();
  readonly #generations = new Map<Address, number>();
  #codeType: Address = 0;
  #watchful = 0;

  constructor(readonly reader: MemoryReader, readonly layout: Layout) {}

  /** Code objects may have been freed: each is compared with its memory before its next use. */
  doubt(): void {
    this.epoch++;
  }

  /**
   * Called before a reading where nothing tells of freed code objects (3.13). After something has
   * changed, more may have.
   * @param surely doubt in any case.
   */
  beforeReading(surely: boolean): void {
    if (this.#watchful > 0) this.#watchful--;
    else if (!surely) return;
    this.doubt();
  }

  /** Takes note of an interpreter's count of freed code objects (3.14+); doubts when it has moved. */
  noteGeneration(interpreter: Address, generation: number): void {
    const before = this.#generations.get(interpreter);
    if (before === generation) return;
    this.#generations.set(interpreter, generation);
    if (before !== undefined) this.doubt();
  }

  /** An interpreter's count of freed code objects, as it was noted last; undefined: never. */
  generationOf(interpreter: Address): number | undefined {
    return this.#generations.get(interpreter);
  }

  /**
   * The object at an address (given as its two halves), read when it is new. Where threads have copies of
   * instructions, the number of the copy stands in the upper half of the second.
   * @returns −1 when there is no readable code object.
   */
  find(low: number, high: number): number {
    const object = this.objects.get(low, high);
    if (object >= 0 && this.checked[object] === this.epoch) return object;
    return this.#confirm(object, low, high);
  }

  /** What an object held when it was read last. */
  contentOf(object: number): CodeObject {
    return this.#contents[object]!;
  }

  /** The object whose instructions hold an address, or −1. */
  findByInstruction(address: Address): number {
    const above = this.#firstAbove(address);
    if (above === 0) return -1;
    const object = this.sorted[above - 1]!;
    if (!this.#holds(object, address)) return -1;
    // A copy of instructions may be given up without a word, unlike code.
    const isCopy = this.#contents[object]!.copy > 0;
    if (this.checked[object] === this.epoch && !isCopy) return object;
    const found = this.#reread(object);
    return found >= 0 && this.#holds(object, address) ? object : -1;
  }

  /** Looks at an object again that does not fit: its thread's instructions may have moved. */
  recheck(object: number): number {
    this.checked[object] = this.epoch - 1;
    return this.#reread(object);
  }

  /** The code that an object holds now; −1 if it holds none any more. */
  current(object: number): number {
    if (this.checked[object] === this.epoch) return this.codeOf[object]!;
    const found = this.#reread(object);
    return found < 0 ? -1 : this.codeOf[found]!;
  }

  #reread(object: number): number {
    const { address, copy } = this.#contents[object]!;
    const high = Math.floor(address / 0x1_0000_0000);
    return this.#confirm(object, address % 0x1_0000_0000, high + copy * COPY_UNIT);
  }

  #holds(object: number, instruction: Address): boolean {
    return instruction - this.starts[object]! < this.lengths[this.codeOf[object]!]!;
  }

  /** The code that a place belongs to, by binary search. */
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

  #confirm(known: number, low: number, high: number): number {
    const { reader, layout } = this;
    this.looks++;
    if (known >= 0 && isSameCode(reader, layout, this.#contents[known]!)) {
      this.checked[known] = this.epoch;
      return known;
    }
    const copy = layout.frame.copy < 0 ? 0 : high >>> COPY_SHIFT;
    const address = (low >>> 0) + ((high >>> 0) - copy * COPY_UNIT) * 0x1_0000_0000;
    const code = readCodeObject(reader, layout, address, this.#codeType, copy);
    this.#watchful = WATCHFUL_READINGS;
    this.news++;
    if (code === undefined) return -1;
    if (this.#codeType === 0) this.#codeType = reader.pointer(address + layout.object.type) ?? 0;
    const object = known >= 0 ? known : this.#addObject(code, low, high);
    if (code.start !== this.starts[object]) this.#move(object, code.start);
    this.#contents[object] = code;
    this.codeOf[object] = this.#intern(code);
    this.checked[object] = this.epoch;
    return object;
  }

  #addObject(code: CodeObject, low: number, high: number): number {
    const object = this.#contents.push(code) - 1;
    if (object >= this.starts.length) this.starts = widened(this.starts, this.starts.length * 2);
    this.codeOf = withRoom(this.codeOf, object + 1);
    this.checked = withRoom(this.checked, object + 1);
    this.sorted = withRoom(this.sorted, object + 1);
    this.#sort(object, code.start);
    this.objects.set(low, high, object);
    return object;
  }

  /** An object has got its instructions at another place. */
  #move(object: number, start: Address): void {
    const place = this.sorted.subarray(0, this.sortedCount).indexOf(object);
    this.sorted.copyWithin(place, place + 1, this.sortedCount--);
    this.#sort(object, start);
  }

  #sort(object: number, start: Address): void {
    this.starts[object] = start;
    const place = this.#firstAbove(start);
    this.sorted.copyWithin(place + 1, place, this.sortedCount++);
    this.sorted[place] = object;
  }

  /** The code that says the same, or a new one. */
  #intern(code: CodeObject): number {
    const { file, name, firstLine, length, frameBytes } = code;
    const signature = JSON.stringify([file, name, firstLine, length, frameBytes]);
    let alike = this.#bySignature.get(signature);
    if (alike === undefined) this.#bySignature.set(signature, alike = []);
    const same = alike.find((index) => sameBytes(this.codes[index]!.lines, code.lines));
    if (same !== undefined) return same;
    const index = this.#addCode(code);
    alike.push(index);
    if (isInternal(code)) {
      this.internal = index;
      this.oddities[index] = 1;
    }
    return index;
  }

  /**
   * The code that stands for the making of a generator: its first call runs on the data stack like any
   * function, from another place than those that resume it.
   */
  makerOf(generator: number): number {
    const known = this.#makers.get(generator);
    if (known !== undefined) return known;
    const maker = this.#addCode({ ...this.codes[generator]!, isGenerator: false });
    this.#makers.set(generator, maker);
    return maker;
  }

  #addCode(code: CodeObject): number {
    const index = this.codes.push(code) - 1;
    this.lengths = withRoom(this.lengths, index + 1);
    this.firstPlaces = withRoom(this.firstPlaces, index + 1);
    this.oddities = withRoom(this.oddities, index + 1);
    this.oddities[index] = code.isGenerator ? 1 : 0;
    this.lengths[index] = code.length;
    this.firstPlaces[index] = this.places;
    this.places += code.length >>> 1;
    return index;
  }

  /** Index in `sorted` of the first object that starts above an address. */
  #firstAbove(address: Address): number {
    let low = 0;
    let high = this.sortedCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.starts[this.sorted[middle]!]! <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Tells whether an object is what interpreter-owned frames have in place of a code object: None, in 3.12
 * the code `<interpreter trampoline>`.
 */
export function isNoCode(reader: MemoryReader, layout: Layout, address: Address): boolean {
  if (layout.minor === 12) {
    return readCodeObject(reader, layout, address, 0)?.name === "<interpreter trampoline>";
  }
  const type = reader.pointer(address + layout.object.type);
  return type !== undefined && typeName(reader, layout, type) === "NoneType";
}
