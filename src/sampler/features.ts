import { listOperations } from "../cpython/instruction_set.ts";
import type { Runtime } from "../cpython/runtime.ts";
import type { Features } from "../profile/metadata.ts";

const NONE: Features = { native: false, gc: false, opcodes: false };

/**
 * What stacks of an interpreter can show of what was asked for. Without the GIL, which thread collects
 * garbage shows only where the interpreter names the frame.
 */
export function featuresFor({ layout, offsets }: Runtime, asked: Features = NONE): Features {
  const knows = listOperations(layout.minor).length > 0;
  const gc = asked.gc && (!offsets.freeThreaded || layout.gc.frame >= 0);
  return { gc, native: asked.native && knows, opcodes: asked.opcodes && knows };
}
