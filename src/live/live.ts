import { cpuUsage } from "node:process";
import { judgeQuality } from "../analysis/trust.ts";
import type { Summary } from "../profile/metadata.ts";
import type { Profile, SampleBatch } from "../profile/profile.ts";
import { type Figures, type Grain, Observer } from "./figures.ts";
import { KeyReader } from "./keys.ts";
import { Model, type Wish } from "./model.ts";
import { Painter } from "./painter.ts";
import { drawPicture } from "./picture.ts";
import { type Scene, shareOf } from "./scene.ts";
import type { Palette } from "./style.ts";
import type { Terminal } from "./terminal.ts";
import { ThreadWatch } from "./thread_watch.ts";
import { Window } from "./window.ts";

/** Our own time for pictures is kept below this share of a CPU. */
const MOST_CPU = 0.04;
/** How long an escape may be followed by the rest of a sequence, ms. */
const ESCAPE_MS = 60;
/** How long the terminal may take for the last picture before we leave it all the same, ms. */
const STUCK_MS = 300;
/** How long a notice stands in the last row, ms. */
const NOTICE_MS = 4000;
/** Arrows tell of changes since a picture as old as this, ms. */
const TREND_MS = 1000;

/** What a live screen shows, and whom it asks for the rest. */
export interface LiveOptions {
  readonly terminal: Terminal;
  readonly palette: Palette;
  /** Lines of a source of the target. */
  readSource(file: string): readonly string[] | undefined;
  /** What the target has printed, if that is kept aside. */
  printed?(): { readonly bytes: number; readonly last: string };
  /** Writes what was captured so far. Returns what to say about it. */
  snapshot?(): Promise<string>;
}

/** What the last look has shown: stays while the picture is held. */
interface Held {
  readonly figures: Figures;
  readonly leaves: Float64Array;
  readonly grain: Grain;
}

/** A capture on a screen that renews itself. */
export class Live {
  readonly model = new Model();
  readonly #threads = new ThreadWatch();
  readonly #painter: Painter;
  readonly #keys = new KeyReader();
  readonly #started = performance.now();
  readonly #usage = cpuUsage();
  readonly #sources = new Map<string, readonly string[] | undefined>();
  readonly #quit = Promise.withResolvers<void>();
  #profile: Profile | undefined;
  #observer: Observer | undefined;
  #window: Window | undefined;
  #held: Held | undefined;
  #shares: { at: number; of: Map<number, number> } = { at: -Infinity, of: new Map() };
  #before = new Map<number, number>();
  #endedMs: number | undefined;
  #notice = { text: "", until: 0 };
  #writing = false;
  #sent = Promise.resolve();
  /** There is a newer picture than the terminal was sent. */
  #late = false;
  #stale = true;
  #timer = 0;
  #closed = false;
  /** The terminal is somebody else's for a while. */
  #away = false;

  constructor(readonly options: LiveOptions) {
    this.#painter = new Painter(options.palette);
  }

  /** Takes samples as they come. */
  add(profile: Profile, batch: SampleBatch): void {
    this.#profile = profile;
    this.#threads.add(batch);
  }

  /**
   * Shows a capture until somebody quits, or the terminal is gone.
   * @param finished fulfilled when the capture has ended; the screen stays.
   */
  async show(profile: Profile, finished: Promise<Summary>): Promise<void> {
    this.#profile = profile;
    this.#observer = new Observer(profile);
    this.#window = new Window(profile);
    const { terminal } = this.options;
    await terminal.enter();
    const unwatch = terminal.watch(() => this.#refresh());
    void finished.then(() => {
      this.model.over = true;
      this.#endedMs = performance.now() - this.#started;
      this.#stale = true;
      this.#refresh();
    });
    void this.#readKeys();
    this.#tick();
    try {
      await this.#quit.promise;
    } finally {
      this.#closed = true;
      clearTimeout(this.#timer);
      unwatch();
      await this.#settle();
      terminal.leave();
    }
  }

  /** Waits until the last picture is through: the rest of it must not come behind the end of the screen. */
  async #settle(): Promise<void> {
    let timer = 0;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, STUCK_MS));
    await Promise.race([this.#sent, late]);
    clearTimeout(timer);
  }

  /** Leaves the screen. */
  quit(): void {
    this.#quit.resolve();
  }

  /** Says something in the last row. */
  tell(text: string): void {
    this.#notice = { text, until: performance.now() + NOTICE_MS };
    this.#refresh();
  }

  async #readKeys(): Promise<void> {
    const { terminal } = this.options;
    let escape = 0;
    for (;;) {
      const bytes = await terminal.read();
      if (bytes === undefined) return this.quit();
      clearTimeout(escape);
      for (const key of this.#keys.read(bytes)) await this.#press(key);
      if (this.#keys.waits) {
        escape = setTimeout(() => {
          for (const key of this.#keys.flush()) void this.#press(key);
        }, ESCAPE_MS);
      }
    }
  }

  async #press(key: string): Promise<void> {
    const { view, opened } = this.model;
    const wish = this.model.press(key);
    if (wish !== undefined) await this.#fulfil(wish);
    if (this.model.view !== view || this.model.opened !== opened) this.#stale = true;
    this.#refresh();
  }

  async #fulfil(wish: Wish): Promise<void> {
    const now = performance.now();
    const window = this.#window!;
    if (wish === "quit") this.quit();
    else if (wish === "reset") window.reset(now);
    else if (wish === "recent") window.toggleRecent(now);
    else if (wish === "all-threads") window.choose(undefined);
    else if (wish === "next-thread") this.#chooseThread(1);
    else if (wish === "previous-thread") this.#chooseThread(-1);
    else if (wish === "redraw") this.#painter.forget();
    else if (wish === "suspend") {
      this.#away = true;
      await this.#settle();
      await this.options.terminal.suspend();
      this.#away = false;
      this.#painter.forget();
    } else if (this.options.snapshot !== undefined) {
      this.tell("writing …");
      void this.options.snapshot().then((text) => {
        this.#painter.forget();
        this.tell(text);
      });
    }
    this.#stale = true;
  }

  #chooseThread(step: number): void {
    const window = this.#window!;
    const count = window.profile.threads.length;
    if (count === 0) return;
    // All threads stand between the last and the first.
    const at = window.thread ?? -1;
    const next = (at + 1 + step + count + 1) % (count + 1) - 1;
    window.choose(next < 0 ? undefined : next);
  }

  /** Draws again and again, less often when that takes long. */
  #tick(): void {
    if (this.#closed) return;
    const { model } = this;
    const begun = performance.now();
    if (!model.paused && !model.over) this.#stale = true;
    this.#refresh();
    const took = performance.now() - begun;
    this.#timer = setTimeout(() => this.#tick(), Math.max(model.refreshMs, took / MOST_CPU));
  }

  /** Draws now. What the terminal is sent waits until it has taken the last picture. */
  #refresh(): void {
    if (this.#closed || this.#away) return;
    const { terminal } = this.options;
    const { columns, rows } = terminal.size();
    // Keys mean what they do by what is drawn, whether it can be sent or not.
    const picture = drawPicture(columns, rows, this.#compose());
    this.#late = this.#writing;
    if (this.#writing) return;
    const text = this.#painter.draw(picture);
    if (text === "") return;
    this.#writing = true;
    this.#sent = terminal.write(text).then(() => {
      this.#writing = false;
      if (this.#late) this.#refresh();
    }, () => this.quit());
  }

  #compose(): Scene {
    const { model, options } = this;
    const now = performance.now();
    const [profile, observer, window] = [this.#profile!, this.#observer!, this.#window!];
    const grain = model.view === "lines" ? "line" : "function";
    let held = this.#held;
    if (held === undefined || held.grain !== grain || (this.#stale && !model.paused)) {
      const leaves = held !== undefined && model.paused ? held.leaves : window.leaves(now);
      held = this.#held = { figures: observer.look(leaves, grain), leaves, grain };
      this.#compare(now, held.figures);
    }
    this.#stale = false;
    const elapsedMs = this.#endedMs ?? now - this.#started;
    const usage = cpuUsage(this.#usage);
    const durationUs = elapsedMs * 1000;
    return {
      profile,
      observer,
      window,
      model,
      figures: held.figures,
      leaves: held.leaves,
      threads: this.#threads,
      trust: judgeQuality(profile.metadata, profile.quality, { durationUs, ending: "duration" }),
      before: this.#before,
      elapsedMs,
      ownCpuMs: (usage.user + usage.system) / 1000,
      notice: now < this.#notice.until ? this.#notice.text : "",
      printed: options.printed?.(),
      readSource: (file) => {
        if (!this.#sources.has(file)) this.#sources.set(file, options.readSource(file));
        return this.#sources.get(file);
      },
    };
  }

  /** Keeps the shares of about a second ago to hold those of now against. */
  #compare(now: number, figures: Figures): void {
    if (now - this.#shares.at < TREND_MS) return;
    this.#before = this.#shares.of;
    this.#shares = {
      at: now,
      of: new Map(figures.rows.map((row) => [row.id, shareOf(row, figures, "self")])),
    };
  }
}
