import type { Profile } from "../profile/profile.ts";
import type { Trust } from "../analysis/trust.ts";
import type { Figures, Observer } from "./figures.ts";
import type { Model } from "./model.ts";
import type { Row } from "./rows.ts";
import type { Screen } from "./screen.ts";
import type { TaskCounts, TaskTree } from "./tasks.ts";
import type { ThreadWatch } from "./thread_watch.ts";
import type { Window } from "./window.ts";

/** What a program has printed. */
export interface Printed {
  /** In all. */
  readonly bytes: number;
  /** Its last line that is not blank. */
  readonly last: string;
  /** The last lines of each of its outputs that has any. */
  tail(lines: number): readonly { readonly name: string; readonly lines: readonly string[] }[];
}

/** All that a picture is made of. */
export interface Scene {
  readonly profile: Profile;
  readonly observer: Observer;
  readonly figures: Figures;
  readonly window: Window;
  readonly model: Model;
  readonly threads: ThreadWatch;
  /** Tasks, and how often they were seen: worked out when it is asked for. */
  tasks(): { readonly tree: TaskTree; readonly counts: TaskCounts };
  readonly trust: Trust;
  /** Share of all samples that each row had about a second ago, by row id. */
  readonly before: { get(id: number): number | undefined };
  /** Time since the capture began, and that our own process has used, ms. */
  readonly elapsedMs: number;
  readonly ownCpuMs: number;
  /** A sentence for the last line, if there is something to say. */
  readonly notice: string;
  /** What the target has printed, if that is kept aside. */
  readonly printed: Printed | undefined;
  /** Lines of a source; absent when it cannot be read. */
  readSource(file: string): readonly string[] | undefined;
}

/** Rows of the screen that a view may fill, first and last. */
export interface Area {
  readonly top: number;
  readonly bottom: number;
}

/** Draws a view. */
export type DrawView = (screen: Screen, area: Area, scene: Scene) => void;

/** A row's share of all samples. */
export function shareOf(row: Row, { samples }: Figures, of: "self" | "total"): number {
  return samples === 0 ? 0 : row[of] / samples;
}
