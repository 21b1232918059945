/** A stretch of the screen that means something when it is clicked. */
export interface Hit {
  readonly x: number;
  readonly y: number;
  readonly cells: number;
  /** The key that it stands for; or the row, node or thread that it shows. */
  readonly means: { readonly key: string } | { readonly row: number };
}

/** What stands at a place; what was drawn last lies on top. */
export function findHit(hits: readonly Hit[], x: number, y: number): Hit["means"] | undefined {
  return hits.findLast((hit) => hit.y === y && x >= hit.x && x < hit.x + hit.cells)?.means;
}
