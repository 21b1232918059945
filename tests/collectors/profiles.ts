/** Made-up profiles whose right answers can be worked out by hand. */

import { Profile } from "../../src/profile/profile.ts";
import type { Metadata, Summary } from "../../src/profile/metadata.ts";
import { FRAME_KINDS, type FrameKind, NO_STACK } from "../../src/profile/tables.ts";

/** A frame as a test writes it. */
export interface FrameSpec {
  file?: string;
  name: string;
  first?: number;
  line?: number;
  endLine?: number;
  column?: number;
  endColumn?: number;
  opcode?: number;
  kind?: FrameKind;
}

export const METADATA: Metadata = {
  tool: "tachyon",
  toolVersion: "0.1.0",
  pid: 4242,
  command: ["python3", "shop.py", "3"],
  pythonVersion: "3.14.10",
  freeThreaded: false,
  mode: "wall",
  consistency: "verified",
  allThreads: false,
  intervalUs: 1000,
  startedAt: 1_760_000_000_000,
};

export const SUMMARY: Summary = { durationUs: 999_000, ending: "target-ended" };

/** Builds a profile sample by sample, interning as a sampler does. */
export class ProfileBuilder {
  readonly profile: Profile;
  readonly #strings = new Map<string, number>();
  readonly #frames = new Map<string, number>();
  readonly #stacks = new Map<string, number>();

  constructor(metadata: Partial<Metadata> = {}) {
    this.profile = new Profile({ ...METADATA, ...metadata });
  }

  thread(tid: number, name = ""): number {
    const main = this.profile.threads.length === 0;
    return this.profile.threads.push({ tid, name, interpreter: 0, main }) - 1;
  }

  /** The id of a stack, root first. */
  stack(frames: readonly FrameSpec[]): number {
    let stack = NO_STACK;
    for (const spec of frames) {
      const frame = this.#frame(spec);
      stack = intern(
        this.#stacks,
        `${stack} ${frame}`,
        () => this.profile.stacks.push(stack, frame),
      );
    }
    return stack;
  }

  /** Adds `count` samples of a stack, root first. */
  sample(thread: number, frames: readonly FrameSpec[], count = 1): this {
    const stack = this.stack(frames);
    this.profile.add({
      length: count,
      time: new Float64Array(count),
      thread: new Int32Array(count).fill(thread),
      stack: new Int32Array(count).fill(stack),
      flags: new Int32Array(count),
    });
    this.profile.quality.samples += count;
    this.profile.quality.ticks += count;
    return this;
  }

  #frame(spec: FrameSpec): number {
    return intern(this.#frames, JSON.stringify(spec), () =>
      this.profile.frames.push({
        file: this.#string(spec.file ?? "~"),
        name: this.#string(spec.name),
        firstLine: spec.first ?? 0,
        line: spec.line ?? 0,
        endLine: spec.endLine ?? spec.line ?? 0,
        column: spec.column ?? -1,
        endColumn: spec.endColumn ?? -1,
        opcode: spec.opcode ?? -1,
        kind: FRAME_KINDS.indexOf(spec.kind ?? "python"),
      }));
  }

  #string(text: string): number {
    return intern(this.#strings, text, () => this.profile.strings.push(text) - 1);
  }
}

function intern(known: Map<string, number>, key: string, make: () => number): number {
  let id = known.get(key);
  if (id === undefined) {
    id = make();
    known.set(key, id);
  }
  return id;
}

/** All pieces of a collector's output as bytes. */
export function joinPieces(pieces: Iterable<Uint8Array>): Uint8Array {
  const parts = Array.from(pieces, (piece) => piece.slice());
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** All pieces of a collector's output as text. */
export function readPieces(pieces: Iterable<Uint8Array>): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(joinPieces(pieces));
}

/** A small shop: 1000 samples of one thread, with a hot spot, recursion and a line split. */
export function shopProfile(metadata: Partial<Metadata> = {}): ProfileBuilder {
  const builder = new ProfileBuilder(metadata);
  const main = builder.thread(4242, "MainThread");
  const module = { file: "/srv/shop/shop.py", name: "<module>", first: 1, line: 90 };
  const serve = { file: "/srv/shop/shop.py", name: "Shop.serve", first: 40, line: 44 };
  const price = { file: "/srv/shop/pricing.py", name: "price_order", first: 10 };
  const walk = { file: "/srv/shop/tree.py", name: "walk", first: 5, line: 8 };
  const decode = {
    file: "/usr/lib/python3.14/json/__init__.py",
    name: "loads",
    first: 299,
    line: 352,
  };
  builder
    .sample(main, [module, serve, { ...price, line: 12 }], 400)
    .sample(main, [module, serve, { ...price, line: 13 }], 200)
    .sample(main, [module, serve, decode], 150)
    .sample(main, [module, serve, walk, walk, walk], 200)
    .sample(main, [module, serve], 20)
    .sample(main, [module, serve, decode, { name: "<GC>", kind: "gc" }], 30);
  return builder;
}
