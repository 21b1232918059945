import type { Address, Module } from "../process.ts";
import type { MemoryReader } from "./target_file.ts";

/** Offset of the pointer to itself in a thread's descriptor on x86-64 (glibc `tcbhead_t`). */
const SELF = 16;
const WORD = 8;
/** Threads that are remembered. */
const MOST_KNOWN = 4096;

/**
 * Where the threads of a process have their `struct rseq`, in which the kernel tells each of them on which
 * CPU it runs, before it runs there (rseq(2)). glibc has it for all threads since 2.35, and says where, in its
 * loader: at `__rseq_offset` from the thread's descriptor, unless `__rseq_size` is 0. On x86-64 only:
 * elsewhere what one CPU writes first need not be what another one sees first.
 */
export class RseqAreas {
  /** By thread. */
  readonly #descriptors = new Map<number, Address>();
  readonly #areas = new Map<number, Address>();
  /** From a descriptor to the area; null if there is none. */
  #offset: number | null | undefined;

  constructor(readonly modules: () => readonly Module[], readonly read: MemoryReader) {}

  /** Notes where a thread's descriptor is said to lie. */
  introduce(tid: number, descriptor: Address): void {
    if (this.#descriptors.get(tid) === descriptor) return;
    this.#descriptors.delete(tid);
    this.#descriptors.set(tid, descriptor);
    this.#areas.delete(tid);
    if (this.#descriptors.size <= MOST_KNOWN) return;
    const [oldest] = this.#descriptors.keys();
    this.#descriptors.delete(oldest!);
    this.#areas.delete(oldest!);
  }

  /** The address of a thread's area; 0 if it has none, or nobody knows. */
  of(tid: number): Address {
    const known = this.#areas.get(tid);
    if (known !== undefined) return known;
    const descriptor = this.#descriptors.get(tid);
    if (descriptor === undefined) return 0;
    const area = this.#find(descriptor);
    this.#areas.set(tid, area);
    return area;
  }

  #find(descriptor: Address): Address {
    if (descriptor === 0 || this.#word(descriptor + SELF) !== BigInt(descriptor)) return 0;
    if (this.#offset === undefined) this.#offset = this.#findOffset();
    return this.#offset === null ? 0 : descriptor + this.#offset;
  }

  #findOffset(): number | null {
    if (Deno.build.arch !== "x86_64") return null;
    for (const module of this.modules()) {
      if (!/\/ld[-.][^/]*$/.test(module.path)) continue;
      const offset = module.symbol("__rseq_offset");
      const size = module.symbol("__rseq_size");
      if (offset === undefined || size === undefined) continue;
      const [by, bytes] = [this.#word(offset.address), this.read(size.address, 4)];
      const isUsed = bytes !== undefined && bytes.some((byte) => byte !== 0);
      return by === undefined || !isUsed ? null : Number(BigInt.asIntN(64, by));
    }
    return null;
  }

  #word(address: Address): bigint | undefined {
    const bytes = this.read(address, WORD);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  }
}
