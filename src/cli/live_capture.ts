/** The live screen as `run` and `attach` use it; where there is no terminal, a line every second. */

import { canSayGround, choosePalette } from "../live/style.ts";
import { Live } from "../live/live.ts";
import { PlainLive } from "../live/plain.ts";
import { isTerminal, openTerminal } from "../live/terminal.ts";
import { splitLines } from "../report/sources.ts";
import { readSourceFile, rootOf } from "../report/target_files.ts";
import { FilteredProfile } from "../analysis/sample_filter.ts";
import type { Printed } from "../live/scene.ts";
import type { Profile, SampleBatch } from "../profile/profile.ts";
import type { BatchListener, Capture } from "../sampler/capture.ts";
import type { CaptureOptions } from "./capture_options.ts";
import type { SampleFilter } from "./filters.ts";
import { createSnapshots } from "./live_snapshot.ts";

const PLAIN_STEP_MS = 1000;

/** A capture that is watched. */
export interface LiveCapture {
  /** Must be given all samples. */
  readonly listener: BatchListener;
  /** Shows the capture until somebody has seen enough; without a terminal, until it has ended. */
  show(capture: Capture): Promise<void>;
  /** Ends the showing. */
  quit(): void;
}

/**
 * Makes ready to show a capture.
 * @param filter only what it leaves is shown.
 * @param printed what the target of `run` has printed.
 */
export function createLive(
  options: CaptureOptions,
  filter: SampleFilter | undefined,
  printed?: () => Printed,
): LiveCapture {
  const shown = createShown(filter);
  return isTerminal() ? showScreen(shown, printed) : showLines(shown, options.liveAsJson);
}

/** What of a capture is shown. */
interface Shown {
  of(profile: Profile): Profile;
  /** Counts samples. Returns those of them that are shown. */
  add(profile: Profile, batch: SampleBatch): SampleBatch;
  /** Takes over the counts of now. */
  renew(): void;
}

function createShown(filter: SampleFilter | undefined): Shown {
  if (filter === undefined) {
    return { of: (profile) => profile, add: (_, batch) => batch, renew: () => {} };
  }
  let filtered: FilteredProfile | undefined;
  const find = (profile: Profile): FilteredProfile =>
    filtered ??= new FilteredProfile(profile, filter.words, filter.tests);
  return {
    of: (profile) => find(profile).profile,
    add: (profile, batch) => find(profile).add(batch),
    renew: () => filtered?.renew(),
  };
}

function showScreen(shown: Shown, printed: (() => Printed) | undefined): LiveCapture {
  const snapshots = createSnapshots();
  let root = "";
  const env = (name: string): string | undefined => Deno.env.get(name);
  const live = new Live({
    terminal: openTerminal(),
    palette: choosePalette(env),
    asksGround: canSayGround(env),
    readSource(file): readonly string[] | undefined {
      const found = readSourceFile(root, file) ?? readSourceFile("", file);
      return found === undefined ? undefined : splitLines(found.text);
    },
    ...(printed === undefined ? {} : { printed }),
    snapshot: () => snapshots.write(),
    renew: () => shown.renew(),
  });
  return {
    listener(profile, batch): void {
      const kept = shown.add(profile, batch);
      if (kept.length === 0) return;
      live.add(shown.of(profile), kept);
      snapshots.add(shown.of(profile), kept);
    },
    async show({ profile, finished }): Promise<void> {
      root = rootOf(profile.metadata.pid);
      try {
        await live.show(shown.of(profile), finished);
      } finally {
        snapshots.close();
      }
    },
    quit: () => live.quit(),
  };
}

function showLines(shown: Shown, asJson: boolean): LiveCapture {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    listener: (profile, batch) => void shown.add(profile, batch),
    async show(capture): Promise<void> {
      const { finished } = capture;
      const profile = shown.of(capture.profile);
      const started = performance.now();
      const lines = new PlainLive(profile);
      const print = (): void => {
        shown.renew();
        const elapsed = performance.now() - started;
        const line = asJson ? lines.json(elapsed) : lines.line(elapsed);
        try {
          Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
        } catch {
          // Nobody reads them any more.
          resolve();
        }
      };
      const timer = setInterval(print, PLAIN_STEP_MS);
      await Promise.race([finished, promise]);
      clearInterval(timer);
      if (profile.quality.samples > 0) print();
    },
    quit: resolve,
  };
}
