/** A live capture where there is no terminal: a line of text or JSON every second. */

import { escapeForTerminal } from "../analysis/terminal_text.ts";
import { judgeQuality } from "../analysis/trust.ts";
import { formatCounted, formatRate, formatShare } from "../analysis/units.ts";
import type { Profile } from "../profile/profile.ts";
import { Observer } from "./figures.ts";
import type { Row } from "./rows.ts";
import { topRows } from "./rows_view.ts";
import { Window } from "./window.ts";

/** Rows that a line names. */
const NAMED = 3;
const NAMED_IN_JSON = 20;

/** Makes the lines of one capture. */
export class PlainLive {
  readonly #observer: Observer;
  readonly #window: Window;

  constructor(readonly profile: Profile) {
    this.#observer = new Observer(profile);
    this.#window = new Window(profile, () => false);
  }

  /** `12 s  11,994 samples  999.5 Hz  0% missed  0% rejected  find_coupons 63.1%, …` */
  line(elapsedMs: number): string {
    const { trust, figures } = this.#look(elapsedMs);
    const top = topRows(figures, NAMED).map((row) =>
      `${escapeForTerminal(row.name)} ${formatShare(row.self / figures.samples)}`
    );
    return [
      `${Math.round(elapsedMs / 1000)} s`,
      formatCounted(this.profile.quality.samples, "sample"),
      formatRate(trust.achievedHz),
      `${formatShare(trust.missed)} missed`,
      `${formatShare(trust.rejected)} rejected`,
      top.join(", "),
    ].join("  ").trimEnd();
  }

  /** The same as an object on one line. */
  json(elapsedMs: number): string {
    const { trust, figures } = this.#look(elapsedMs);
    const share = (row: Row, of: "self" | "total"): number =>
      Number((row[of] / figures.samples).toFixed(6));
    return JSON.stringify({
      elapsed_s: Number((elapsedMs / 1000).toFixed(3)),
      pid: this.profile.metadata.pid,
      samples: this.profile.quality.samples,
      asked_hz: trust.askedHz,
      achieved_hz: Number(trust.achievedHz.toFixed(2)),
      missed_share: trust.missed,
      rejected_share: trust.rejected,
      functions: topRows(figures, NAMED_IN_JSON).map((row) => ({
        name: row.name,
        file: row.file,
        line: row.line,
        self: share(row, "self"),
        total: share(row, "total"),
      })),
    });
  }

  #look(elapsedMs: number): {
    trust: ReturnType<typeof judgeQuality>;
    figures: ReturnType<Observer["look"]>;
  } {
    const { metadata, quality } = this.profile;
    const summary = { durationUs: elapsedMs * 1000, ending: "duration" } as const;
    return {
      trust: judgeQuality(metadata, quality, summary),
      figures: this.#observer.look(this.#window.leaves(performance.now()), "function"),
    };
  }
}
