/** The live screen as `run` and `attach` use it; where there is no terminal, a line every second. */

import { choosePalette } from "../live/style.ts";
import { Live } from "../live/live.ts";
import { PlainLive } from "../live/plain.ts";
import { isTerminal, openTerminal } from "../live/terminal.ts";
import { splitLines } from "../report/sources.ts";
import { readSourceFile } from "../report/target_files.ts";
import type { BatchListener, Capture } from "../sampler/capture.ts";
import type { CaptureOptions } from "./capture_options.ts";
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

/** What the target of `run` has printed. */
export interface Printed {
  readonly bytes: number;
  readonly last: string;
}

/** Makes ready to show a capture. */
export function createLive(options: CaptureOptions, printed?: () => Printed): LiveCapture {
  return isTerminal() ? showScreen(printed) : showLines(options.liveAsJson);
}

function showScreen(printed: (() => Printed) | undefined): LiveCapture {
  const snapshots = createSnapshots();
  let root = "";
  const live = new Live({
    terminal: openTerminal(),
    palette: choosePalette((name) => Deno.env.get(name)),
    readSource(file): readonly string[] | undefined {
      const found = readSourceFile(root, file) ?? readSourceFile("", file);
      return found === undefined ? undefined : splitLines(found.text);
    },
    ...(printed === undefined ? {} : { printed }),
    snapshot: () => snapshots.write(),
  });
  return {
    listener(profile, batch): void {
      live.add(profile, batch);
      snapshots.add(profile, batch);
    },
    async show({ profile, finished }): Promise<void> {
      root = `/proc/${profile.metadata.pid}/root`;
      try {
        await live.show(profile, finished);
      } finally {
        snapshots.close();
      }
    },
    quit: () => live.quit(),
  };
}

function showLines(asJson: boolean): LiveCapture {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    listener: () => {},
    async show({ profile, finished }): Promise<void> {
      const started = performance.now();
      const lines = new PlainLive(profile);
      const print = (): void => {
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
