import { withRoom } from "./pair_map.ts";

/** Call sites of a walk's frames that were moved, and the places they had. */
export class MovedSites {
  /** Index of the frame. */
  at: Int32Array = new Int32Array(256);
  from: Int32Array = new Int32Array(256);
  count = 0;

  push(at: number, from: number): void {
    const n = this.count++;
    this.at = withRoom(this.at, n + 1);
    this.from = withRoom(this.from, n + 1);
    this.at[n] = at;
    this.from[n] = from;
  }

  /** Moves all back to where they were. */
  undo(places: Int32Array): void {
    while (this.count > 0) {
      this.count--;
      places[this.at[this.count]!] = this.from[this.count]!;
    }
  }
}
