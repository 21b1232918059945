import { PairMap, withRoom } from "./pair_map.ts";

/** What is known of a pair of call site and callee. */
export const FRESH = 0; // seen in a reading that may be torn
export const KNOWN = 1; // seen in an exact reading
export const DISMISSED = 2; // waited for in vain in exact readings

/**
 * Which function each call site has been seen to call. A stack read while the target runs may mix two
 * moments; where it does, some caller stands at an instruction that does not call what lies above it.
 */
export class EdgeTable {
  /** Callee code + 1 that was last found known at a place: most call sites have only one. */
  lastCallee: Int32Array = new Int32Array(4096);
  /** By (place, callee's code). */
  readonly edges: PairMap = new PairMap();
  /** By (caller's code, callee's code): the edge learned last. */
  readonly newest: PairMap = new PairMap();
  /** The place that an edge begins at. */
  sites: Int32Array = new Int32Array(1024);
  /** Next edge of the same two functions + 1. */
  next: Int32Array = new Int32Array(1024);
  /** What is known of an edge. */
  states: Int32Array = new Int32Array(1024);
  /** Codes that are known to call a code, by callee. */
  readonly #callers: number[][] = [];
  #seen: Int32Array = new Int32Array(256);
  #count = 0;

  /** True when this call site is known to call this function. */
  isKnown(place: number, callee: number): boolean {
    if (this.lastCallee[place] === callee + 1) return true;
    const edge = this.edges.get(place, callee);
    if (edge < 0 || this.states[edge] !== KNOWN) return false;
    this.#remember(place, callee);
    return true;
  }

  /** The id of an edge; a new one is {@link FRESH}. */
  intern(place: number, callee: number): number {
    const found = this.edges.get(place, callee);
    if (found >= 0) return found;
    const edge = this.#count++;
    this.sites = withRoom(this.sites, edge + 1);
    this.next = withRoom(this.next, edge + 1);
    this.states = withRoom(this.states, edge + 1);
    this.sites[edge] = place;
    this.states[edge] = FRESH;
    this.edges.set(place, callee, edge);
    return edge;
  }

  state(edge: number): number {
    return this.states[edge] ?? FRESH;
  }

  /** Notes that an exact reading showed this call. Returns true when that was news. */
  learn(place: number, caller: number, callee: number): boolean {
    const edge = this.intern(place, callee);
    if (this.states[edge] === KNOWN) return false;
    this.states[edge] = KNOWN;
    const newest = this.newest.get(caller, callee);
    if (newest < 0) (this.#callers[callee] ??= []).push(caller);
    this.next[edge] = newest + 1;
    this.newest.set(caller, callee, edge);
    this.#remember(place, callee);
    return true;
  }

  /** The code indices that are known to call a code. */
  callersOf(callee: number): readonly number[] {
    return this.#callers[callee] ?? [];
  }

  /** Gives up on an edge that no exact reading has shown; a later one may still bring it. */
  dismiss(edge: number): void {
    if (this.states[edge] === FRESH) this.states[edge] = DISMISSED;
  }

  /**
   * Where the caller stood when it called the callee, given where it stands now: its only known call
   * site, else the last one at or before, else (it has jumped back in a loop since) the last one of all.
   * @returns a place, or −1 if this caller is not known to call this function at all.
   */
  callSite(caller: number, callee: number, place: number): number {
    let before = -1;
    let last = -1;
    for (let edge = this.newest.get(caller, callee); edge >= 0; edge = this.next[edge]! - 1) {
      const site = this.sites[edge]!;
      if (site <= place && site > before) before = site;
      if (site > last) last = site;
    }
    return before >= 0 ? before : last;
  }

  /** Notes that a code was met in an exact reading: exact readings can judge its calls. */
  markSeen(code: number): void {
    this.#seen = withRoom(this.#seen, code + 1);
    this.#seen[code] = 1;
  }

  /** False while no exact reading has met a code: that its calls are unknown says nothing yet. */
  isSeen(code: number): boolean {
    return this.#seen[code] === 1;
  }

  #remember(place: number, callee: number): void {
    this.lastCallee = withRoom(this.lastCallee, place + 1);
    this.lastCallee[place] = callee + 1;
  }
}
