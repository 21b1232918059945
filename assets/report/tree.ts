import type { Model } from "./model.ts";
import type { Selection } from "./select.ts";

/** What a box of the picture stands for. */
export const GROUPINGS = ["function", "module", "package"] as const;
export type Grouping = typeof GROUPINGS[number];

/** A function, a module (file) or a package, by its number. */
export interface Target {
  readonly grouping: Grouping;
  readonly id: number;
}

/** One reversible change of the picture. */
export interface Step {
  /**
   * `hide`: its own time goes to its callers. `drop`: samples with it in the stack are left out.
   * `focus`: only what it calls is left, and samples without it are left out.
   */
  readonly op: "hide" | "drop" | "focus";
  readonly target: Target;
}

/** How the tree of a picture is made. */
export interface TreeOptions {
  readonly steps: readonly Step[];
  readonly grouping: Grouping;
  /** A call of what is on the stack already goes to where it is. */
  readonly mergeRecursion: boolean;
}

/**
 * The tree of a picture. Node 0 stands for all samples; a node comes after its caller. `key` is the
 * number of what it stands for, as the grouping says; −1 for node 0.
 */
export interface Tree {
  readonly grouping: Grouping;
  readonly length: number;
  readonly key: Int32Array;
  readonly parent: Int32Array;
  readonly self: Float64Array;
  readonly total: Float64Array;
  /** The node of each node of the model; −1 where it has none. */
  readonly nodeOf: Int32Array;
}

/** The numbers that a grouping gives to the model's functions. */
export function keysOf(model: Model, grouping: Grouping): Int32Array {
  const { functionFile, header } = model;
  if (grouping === "function") return functionFile.map((_, id) => id);
  if (grouping === "module") return functionFile;
  return functionFile.map((file) => header.files[file]!.package);
}

/** Merges the selected samples of nodes that stand for the same under the same caller. */
export function buildTree(model: Model, selection: Selection, options: TreeOptions): Tree {
  const { nodes, place, placeFunction, parent: caller, end } = model;
  const { steps, grouping, mergeRecursion } = options;
  const keys = keysOf(model, grouping);
  const hidden = mark(model, steps, "hide");
  const dropped = mark(model, steps, "drop");
  const foci = steps.filter(({ op }) => op === "focus").map((step) => mark(model, [step], "focus"));

  const nodeOf = new Int32Array(nodes).fill(-1);
  const stage = foci.length > 0 ? new Uint8Array(nodes) : undefined;
  const growing = new GrowingTree(Math.min(nodes, 1 << 20) + 1);
  const open = mergeRecursion ? new OpenKeys(keys) : undefined;

  for (let node = 0; node < nodes;) {
    const id = placeFunction[place[node]!]!;
    if (selection.total[node] === 0 || dropped[id] === 1) {
      node = end[node]!;
      continue;
    }
    const above = caller[node]!;
    if (stage !== undefined) {
      const reached = above < 0 ? 0 : stage[above]!;
      stage[node] = reached < foci.length && foci[reached]![id] === 1 ? reached + 1 : reached;
      if (stage[node]! < foci.length) {
        node++;
        continue;
      }
    }
    const under = above < 0 ? 0 : Math.max(0, nodeOf[above]!);
    const key = keys[id]!;
    let at = under;
    if (hidden[id] === 0 && (grouping === "function" || growing.key[under] !== key)) {
      at = open?.find(growing, under, key) ?? growing.child(under, key);
    }
    nodeOf[node] = at;
    growing.self[at]! += selection.self[node]!;
    node++;
  }
  return growing.finish(grouping, nodeOf);
}

/** Which functions the steps of one kind are about. */
function mark(model: Model, steps: readonly Step[], op: Step["op"]): Uint8Array {
  const marks = new Uint8Array(model.functions);
  for (const step of steps) {
    if (step.op !== op) continue;
    const keys = keysOf(model, step.target.grouping);
    for (let id = 0; id < marks.length; id++) if (keys[id] === step.target.id) marks[id] = 1;
  }
  return marks;
}

/** Finds what is on the way to a node already. */
class OpenKeys {
  readonly #met: Uint8Array;

  constructor(keys: Int32Array) {
    this.#met = new Uint8Array(keys.reduce((most, key) => Math.max(most, key), 0) + 1);
  }

  /** The node with this key between `under` and the root. */
  find(tree: GrowingTree, under: number, key: number): number | undefined {
    if (this.#met[key] === 0) {
      this.#met[key] = 1;
      return undefined;
    }
    for (let at = under; at > 0; at = tree.parent[at]!) if (tree.key[at] === key) return at;
    return undefined;
  }
}

/** A tree under construction: columns that grow, and a hash of the children. */
export class GrowingTree {
  length = 1;
  key: Int32Array;
  parent: Int32Array;
  self: Float64Array;
  #slots: Int32Array;

  constructor(capacity: number) {
    this.key = new Int32Array(capacity).fill(-1);
    this.parent = new Int32Array(capacity).fill(-1);
    this.self = new Float64Array(capacity);
    this.#slots = new Int32Array(slotsFor(capacity)).fill(-1);
  }

  /** The child of a node with a key; made when there is none. */
  child(parent: number, key: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(parent, key) & mask;
    for (let at = this.#slots[slot]!; at >= 0; at = this.#slots[slot = slot + 1 & mask]!) {
      if (this.parent[at] === parent && this.key[at] === key) return at;
    }
    if (this.length === this.key.length) {
      this.#grow();
      return this.child(parent, key);
    }
    const made = this.length++;
    this.#slots[slot] = made;
    this.parent[made] = parent;
    this.key[made] = key;
    return made;
  }

  /** The whole tree, with totals. */
  finish(grouping: Grouping, nodeOf: Int32Array): Tree {
    const { length } = this;
    const parent = this.parent.subarray(0, length);
    const self = this.self.subarray(0, length);
    const total = self.slice();
    for (let node = length - 1; node > 0; node--) total[parent[node]!]! += total[node]!;
    return { grouping, length, key: this.key.subarray(0, length), parent, self, total, nodeOf };
  }

  #grow(): void {
    const capacity = this.key.length * 2;
    this.key = enlarge(this.key, new Int32Array(capacity));
    this.parent = enlarge(this.parent, new Int32Array(capacity));
    this.self = enlarge(this.self, new Float64Array(capacity));
    this.#slots = new Int32Array(slotsFor(capacity)).fill(-1);
    const mask = this.#slots.length - 1;
    for (let node = 1; node < this.length; node++) {
      let slot = hash(this.parent[node]!, this.key[node]!) & mask;
      while (this.#slots[slot]! >= 0) slot = slot + 1 & mask;
      this.#slots[slot] = node;
    }
  }
}

function hash(parent: number, key: number): number {
  const mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(key + 1, 0x85ebca6b);
  return mixed ^ mixed >>> 15;
}

/** A power of two that leaves half of the slots free. */
function slotsFor(capacity: number): number {
  return 1 << 32 - Math.clz32(capacity * 2);
}

function enlarge<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
