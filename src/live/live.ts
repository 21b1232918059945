import { cpuUsage } from "node:process";
import { judgeQuality } from "../analysis/trust.ts";
import type { Summary } from "../profile/metadata.ts";
import type { Profile, SampleBatch } from "../profile/profile.ts";
import { type Figures, Observer } from "./figures.ts";
import { GROUND_DARK, GROUND_LIGHT, KeyReader } from "./keys.ts";
import { Model, type Wish } from "./model.ts";
import { Pace } from "./pace.ts";
import { Painter } from "./painter.ts";
import { drawPicture } from "./picture.ts";
import type { Printed, Scene } from "./scene.ts";
import type { Palette } from "./style.ts";
import { type TaskCounts, TaskTree } from "./tasks.ts";
import { ASK_GROUND, CLICKS_OFF, CLICKS_ON, type Terminal } from "./terminal.ts";
import { ThreadWatch } from "./thread_watch.ts";
import { Window } from "./window.ts";

/** Our own time for pictures is kept below this share of a CPU. */
const MOST_CPU = 0.025;
/** How long an escape may be followed by the rest of a sequence, ms. */
const ESCAPE_MS = 60;
/** How long the terminal may take for the last picture before we leave it all the same, ms. */
const STUCK_MS = 300;
/** How long a notice stands in the last row, ms. */
const NOTICE_MS = 4000;
/** Arrows tell of changes since a picture as old as this, ms. */
const TREND_MS = 1000;

const MOUSE_ON = "the mouse clicks and scrolls here; m gives it back to the terminal";
const MOUSE_OFF = "the mouse selects text again";
const NO_OPCODES = "instructions are recorded with --opcodes";

/** Shares of no row. */
const NOTHING: Scene["before"] = { get: () => undefined };

/** What a live screen shows, and whom it asks for the rest. */
export interface LiveOptions {
  readonly terminal: Terminal;
  readonly palette: Palette;
  /** The terminal is asked for its ground. */
  readonly asksGround?: boolean;
  /** Lines of a source of the target. */
  readSource(file: string): readonly string[] | undefined;
  /** What the target has printed, if that is kept aside. */
  printed?(): Printed;
  /** Called before each look: what is shown is made of something else, which has changed. */
  renew?(): void;
  /** Writes what was captured so far. Returns what to say about it. */
  snapshot?(): Promise<string>;
}

/** What the last look has shown: stays while the picture is held. */
interface Held {
  readonly figures: Figures;
  readonly waiting: Float64Array;
  tasks?: TaskCounts;
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
  #tasks: TaskTree | undefined;
  #held: Held | undefined;
  #shares: { readonly at: number; readonly of: Scene["before"] } = { at: -Infinity, of: NOTHING };
  #before = NOTHING;
  #endedMs: number | undefined;
  #notice = { text: "", until: 0 };
  #writing = false;
  #sent = Promise.resolve();
  /** There is a newer picture than the terminal was sent. */
  #late = false;
  #stale = true;
  #timer = 0;
  readonly #pace = new Pace(MOST_CPU);
  #closed = false;
  /** The terminal is somebody else's for a while. */
  #away = false;
  /** The terminal tells of clicks. */
  #mouse = false;

  constructor(readonly options: LiveOptions) {
    this.#painter = new Painter(options.palette);
  }

  /** Takes samples as they come. */
  add(profile: Profile, batch: SampleBatch): void {
    this.#follow(profile);
    this.#threads.add(profile, batch);
    if (profile.metadata.asyncMode !== undefined) this.#tasks!.add(batch);
  }

  #follow(profile: Profile): void {
    if (this.#profile !== undefined) return;
    this.#profile = profile;
    const tasks = this.#tasks = new TaskTree(profile);
    this.#observer = new Observer(profile);
    this.#window = new Window(profile, (thread) => tasks.isWaiting(thread));
  }

  /**
   * Shows a capture until somebody quits, or the terminal is gone.
   * @param finished fulfilled when the capture has ended; the screen stays.
   */
  async show(profile: Profile, finished: Promise<Summary>): Promise<void> {
    this.#follow(profile);
    const { terminal } = this.options;
    await terminal.enter();
    if (this.options.asksGround) await terminal.write(ASK_GROUND);
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
    if (key === GROUND_DARK || key === GROUND_LIGHT) return this.#setGround(key === GROUND_LIGHT);
    const { model } = this;
    const { view, opened, mouse, refreshMs } = model;
    const wish = model.press(key);
    if (wish !== undefined) await this.#fulfil(wish);
    if (model.view !== view || model.opened !== opened) this.#stale = true;
    if (model.refreshMs !== refreshMs) this.tell(`a picture every ${model.refreshMs} ms`);
    if (model.mouse !== mouse) this.tell(model.mouse ? MOUSE_ON : MOUSE_OFF);
    if (key === "i" && this.#profile!.metadata.features?.opcodes !== true) this.tell(NO_OPCODES);
    this.#refresh();
  }

  /** The terminal has said on what ground it writes. */
  #setGround(light: boolean): void {
    if (this.#painter.palette.light === light) return;
    this.#painter.palette = { ...this.#painter.palette, light };
    this.#painter.forget();
    this.#refresh();
  }

  async #fulfil(wish: Wish): Promise<void> {
    const now = performance.now();
    const window = this.#window!;
    if (wish === "quit") this.quit();
    else if (wish === "reset") window.reset(now);
    else if (wish === "recent") window.toggleRecent(now);
    else if (wish === "all-threads") this.#toggleAll();
    else if (wish === "choose-thread") {
      const { chosen } = this.model;
      if (chosen !== undefined) window.choose(chosen === window.thread ? undefined : chosen);
    } else if (wish === "choose-process") this.#chooseProcess();
    else if (wish === "next-thread") this.#chooseThread(1);
    else if (wish === "previous-thread") this.#chooseThread(-1);
    else if (wish === "redraw") this.#painter.forget();
    else if (wish === "suspend") {
      this.#away = true;
      await this.#settle();
      await this.options.terminal.suspend();
      this.#away = false;
      this.#mouse = false;
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
    const { threads } = window.profile;
    // All threads stand between the last and the first.
    const all = [
      undefined,
      ...threads.keys().filter((thread) => window.hasThread(threads[thread]!)),
    ];
    const at = all.indexOf(window.thread);
    window.choose(all[(at + step + all.length) % all.length]);
  }

  /** Shows everything, or if it is shown already the first thread. */
  #toggleAll(): void {
    const window = this.#window!;
    const all = window.thread === undefined && window.process === undefined;
    window.chooseProcess(undefined);
    if (all && window.profile.threads.length > 0) window.choose(0);
  }

  /** Shows the process that the cursor is on, or all again. */
  #chooseProcess(): void {
    const window = this.#window!;
    const { chosen } = this.model;
    window.chooseProcess(chosen === window.process ? undefined : chosen);
  }

  /** Draws again and again, less often when that takes long. */
  #tick(): void {
    if (this.#closed) return;
    const { model } = this;
    const begun = performance.now();
    if (!model.paused && !model.over) this.#stale = true;
    this.#refresh();
    const took = performance.now() - begun;
    this.#timer = setTimeout(() => this.#tick(), this.#pace.wait(took, model.refreshMs));
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
    const text = this.#switchMouse() + this.#painter.draw(picture);
    if (text === "") return;
    this.#writing = true;
    this.#sent = terminal.write(text).then(() => {
      this.#writing = false;
      if (this.#late) this.#refresh();
    }, () => this.quit());
  }

  /** What asks the terminal for clicks, or to keep them, where that has changed. */
  #switchMouse(): string {
    const { mouse } = this.model;
    if (this.#mouse === mouse) return "";
    this.#mouse = mouse;
    return mouse ? CLICKS_ON : CLICKS_OFF;
  }

  #look(now: number): Held {
    const { model } = this;
    const window = this.#window!;
    const grain = model.view === "lines" ? "line" : "function";
    const held = this.#held;
    const isDue = this.#stale && !model.paused;
    this.#stale = false;
    if (held !== undefined && held.figures.grain === grain && !isDue) return held;
    this.options.renew?.();
    const keep = held !== undefined && model.paused;
    const leaves = keep ? held.figures.leaves : window.leaves(now);
    const waiting = keep ? held.waiting : window.part();
    const figures = this.#observer!.look(leaves, grain);
    this.#compare(now, figures);
    return this.#held = { figures, waiting };
  }

  #compose(): Scene {
    const { model, options } = this;
    const now = performance.now();
    const [profile, observer, window] = [this.#profile!, this.#observer!, this.#window!];
    const held = this.#look(now);
    const tree = this.#tasks!;
    const elapsedMs = this.#endedMs ?? now - this.#started;
    const usage = cpuUsage(this.#usage);
    const durationUs = elapsedMs * 1000;
    return {
      profile,
      observer,
      window,
      model,
      figures: held.figures,
      threads: this.#threads,
      tasks: () => ({
        tree,
        counts: held.tasks ??= tree.count(held.figures.leaves, held.waiting),
      }),
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
    const { rows: { self, total }, samples } = figures;
    const get = (id: number): number | undefined =>
      (total[id] ?? 0) > 0 ? self[id]! / samples : undefined;
    this.#shares = { at: now, of: { get } };
  }
}
