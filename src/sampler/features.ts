import { listOperations } from "../cpython/instruction_set.ts";
import type { Runtime } from "../cpython/runtime.ts";
import type { Features } from "../profile/metadata.ts";

const NONE: Features = { native: false, gc: false, opcodes: false };

/**
 * What stacks of an interpreter can show of what was asked for. Without the GIL, which thread collects
 * garbage shows only where the interpreter names the frame, or it is known where the thread is named.
 */
export function featuresFor(runtime: Runtime, asked: Features = NONE): Features {
  const { layout, offsets, collectingThread } = runtime;
  const knows = listOperations(layout.minor).length > 0;
  const tells = layout.gc.frame >= 0 || collectingThread !== undefined;
  const gc = asked.gc && (!offsets.freeThreaded || tells);
  return { gc, native: asked.native && knows, opcodes: asked.opcodes && knows };
}
