import { listOperations } from "../cpython/instruction_set.ts";
import type { Runtime } from "../cpython/runtime.ts";
import type { Features } from "../profile/metadata.ts";

const NONE: Features = { native: false, gc: false, opcodes: false };

/**
 * What stacks of an interpreter can show of what was asked for. Without the GIL each thread has
 * instructions of its own, and objects may be freed while they are looked at.
 */
export function featuresFor({ layout, offsets }: Runtime, asked: Features = NONE): Features {
  const knows = listOperations(layout.minor).length > 0 && !offsets.freeThreaded;
  return { gc: asked.gc, native: asked.native && knows, opcodes: asked.opcodes && knows };
}
