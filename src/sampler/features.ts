import type { Layout } from "../cpython/layout.ts";
import type { Features } from "../profile/metadata.ts";

const NONE: Features = { native: false, gc: false, opcodes: false };

/** What stacks of an interpreter can show of what was asked for. */
export function featuresFor(_layout: Layout, asked: Features = NONE): Features {
  return { native: false, gc: asked.gc, opcodes: false };
}
