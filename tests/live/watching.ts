/** A live capture of a made-up profile on a made-up terminal. */

import { Live } from "../../src/live/live.ts";
import type { Printed } from "../../src/live/scene.ts";
import type { Terminal } from "../../src/live/terminal.ts";
import type { Summary } from "../../src/profile/metadata.ts";
import type { Profile } from "../../src/profile/profile.ts";
import { Emulator } from "./emulator.ts";

/** How long a picture may take to show what is waited for, ms. */
const PATIENCE_MS = 10_000;

/** A terminal that can be typed on and looked at. */
export class FakeTerminal implements Terminal {
  screen: Emulator;
  /** What it was told of the mouse and its ground, in order. */
  modes = "";
  entered = 0;
  left = 0;
  /** Writes wait until this is fulfilled. */
  stalled: Promise<void> = Promise.resolve();
  #typed: Uint8Array[] = [];
  #wake: ((bytes: Uint8Array | undefined) => void) | undefined;
  #resized = (): void => {};
  #closed = false;

  constructor(width: number, height: number) {
    this.screen = new Emulator(width, height);
  }

  size(): { columns: number; rows: number } {
    return { columns: this.screen.width, rows: this.screen.height };
  }

  enter(): Promise<void> {
    this.entered++;
    return Promise.resolve();
  }

  leave(): void {
    this.left++;
  }

  async write(text: string): Promise<void> {
    await this.stalled;
    // deno-lint-ignore no-control-regex
    this.modes += [...text.matchAll(/\x1b\[\?\d+[hl]/g)].join("");
    this.screen.send(text);
  }

  read(): Promise<Uint8Array | undefined> {
    const next = this.#typed.shift();
    if (next !== undefined || this.#closed) return Promise.resolve(next);
    return new Promise((resolve) => this.#wake = resolve);
  }

  suspend(): Promise<void> {
    this.screen.send("\x1b[2J");
    return Promise.resolve();
  }

  watch(resized: () => void): () => void {
    this.#resized = resized;
    return () => {};
  }

  type(text: string): void {
    const bytes = new TextEncoder().encode(text);
    const wake = this.#wake;
    this.#wake = undefined;
    if (wake === undefined) this.#typed.push(bytes);
    else wake(bytes);
  }

  /** Nothing more will be typed, as when the window is closed. */
  hangUp(): void {
    this.#closed = true;
    this.#wake?.(undefined);
  }

  resize(width: number, height: number): void {
    this.screen = new Emulator(width, height);
    this.#resized();
  }

  /** Waits until the screen shows something. */
  async until(shows: (text: string) => boolean): Promise<string> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!shows(this.screen.text())) {
      if (performance.now() > deadline) throw new Error(`not shown:\n${this.screen.text()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return this.screen.text();
  }
}

/** A capture that is watched, and what a test does to it. */
export interface Watched {
  readonly terminal: FakeTerminal;
  readonly live: Live;
  /** Fulfilled when the screen is left. */
  readonly shown: Promise<void>;
  /** Ends the capture. */
  end(): void;
}

const SOURCES: Readonly<Record<string, string>> = {
  "/srv/shop/pricing.py": Array.from({ length: 40 }, (_, i) => `line_${i + 1} = ${i}`).join("\n"),
};

const PRINTED: Printed = {
  bytes: 1234,
  last: "listening",
  tail: () => [
    { name: "standard output", lines: ["hello", "a line that is longer ".repeat(12), "bye"] },
    { name: "standard error", lines: ["starting", "listening"] },
  ],
};

/** Shows a profile. */
export function watchProfile(profile: Profile, width: number, height: number): Watched {
  const terminal = new FakeTerminal(width, height);
  const { promise, resolve } = Promise.withResolvers<Summary>();
  const live = new Live({
    terminal,
    palette: { depth: "256", light: false },
    readSource: (file) => SOURCES[file]?.split("\n"),
    printed: () => PRINTED,
    snapshot: () => Promise.resolve("written: a.bin, a.html"),
  });
  return {
    terminal,
    live,
    shown: live.show(profile, promise),
    end: () => resolve({ durationUs: 1e6, ending: "target-ended" }),
  };
}

/** Digits that depend on the clock are masked. */
export function mask(text: string): string {
  return text
    .replaceAll(/\b\d\d:\d\d\b/g, "MM:SS")
    .replaceAll(/[\d.]+(?: [kM]?Hz|k) of /g, "N Hz of ")
    .replaceAll(/(own(?: CPU)?) [<\d.]+%.*/g, "$1 N% …")
    .replaceAll(/ +[\d.]+ (?:s|ms|μs)(?= )/g, (time) => "T".padStart(time.length));
}
