/** The terminal that a live screen is drawn on. */

export interface Terminal {
  size(): { readonly columns: number; readonly rows: number };
  /** Takes the terminal over: no echo, no line editing, a screen of its own. */
  enter(): Promise<void>;
  /** Gives it back as it was. */
  leave(): void;
  /** Sends text. Fulfilled when the terminal has taken it; until then nothing else may be sent. */
  write(text: string): Promise<void>;
  /** What was typed next; undefined when nothing more will come. */
  read(): Promise<Uint8Array | undefined>;
  /** Stops this process as Ctrl-Z does; fulfilled when it goes on. Windows has no such thing. */
  suspend(): Promise<void>;
  /** Calls back when the size has changed, until the terminal is left for good. */
  watch(resized: () => void): () => void;
}

/** Clicks and the wheel are told, in decimal numbers (xterm's modes 1000 and 1006); and no more. */
export const CLICKS_ON = "\x1b[?1000h\x1b[?1006h";
export const CLICKS_OFF = "\x1b[?1006l\x1b[?1000l";

/** The colour of the ground is wanted (xterm's OSC 11). */
export const ASK_GROUND = "\x1b]11;?\x1b\\";

/** Alternate screen, cursor hidden, lines not wrapped (xterm's private modes); and back. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
const LEAVE = `${CLICKS_OFF}\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l`;

/**
 * Gives the terminal back when we have died without a chance to: reads until our end of its pipe closes.
 * It must not be stopped for touching a terminal that belongs to the shell again by then.
 */
const GUARD = `trap '' INT TERM HUP TSTP TTOU TTIN QUIT
read -r answer
[ "$answer" = done ] || { stty "$1"; printf '${LEAVE.replaceAll("\x1b", "\\033")}'; }`;

/** Processes are told of a new size of their terminal, and can be suspended. */
const HAS_SIGNALS = Deno.build.os !== "windows";

/** From one try to write to the next where the terminal does not take more at once, ms. */
const FULL_MS = 5;

/**
 * Where the keys of a process come from whose standard input is something else, or a terminal of another user
 * (`sudo -u`): that cannot be opened anew, as Deno does with it, and then nobody waits for keys there.
 */
const CONTROLLING = "/dev/tty";

/** What keys are read from. */
type Keyboard = Pick<Deno.FsFile, "read" | "setRaw">;

/** Whether what we print goes to a terminal that can be drawn on, and whose keys we can read. */
export function isTerminal(): boolean {
  if (!Deno.stdout.isTerminal() || Deno.env.get("TERM") === "dumb") return false;
  if (Deno.stdin.isTerminal()) return true;
  const keyboard = openControlling();
  keyboard?.close();
  return keyboard !== undefined;
}

/** The terminal of this process. */
export function openTerminal(): Terminal {
  return new OwnTerminal(Deno.stdin.isTerminal() ? Deno.stdin : openControlling() ?? Deno.stdin);
}

function openControlling(): Deno.FsFile | undefined {
  try {
    return Deno.openSync(CONTROLLING, { read: true });
  } catch {
    return undefined;
  }
}

class OwnTerminal implements Terminal {
  readonly #input = new Uint8Array(1024);
  #guard: Deno.ChildProcess | undefined;
  #entered = false;
  /** Where keys are read: the keyboard, or the same terminal opened by ourselves. */
  #keys: Pick<Keyboard, "read">;

  constructor(readonly keyboard: Keyboard) {
    this.#keys = keyboard;
  }

  size(): { columns: number; rows: number } {
    try {
      return Deno.consoleSize();
    } catch {
      return { columns: 80, rows: 24 };
    }
  }

  async enter(): Promise<void> {
    this.#guard ??= await startGuard();
    this.#entered = true;
    this.keyboard.setRaw(true);
    await this.write(ENTER);
  }

  leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    try {
      Deno.stdout.writeSync(new TextEncoder().encode(LEAVE));
      this.keyboard.setRaw(false);
    } catch {
      // The terminal is gone.
    }
    void dismiss(this.#guard);
    this.#guard = undefined;
  }

  async write(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) {
      try {
        at += await Deno.stdout.write(bytes.subarray(at));
      } catch (error) {
        if (!(error instanceof Deno.errors.WouldBlock)) throw error;
        await new Promise((resolve) => setTimeout(resolve, FULL_MS));
      }
    }
  }

  async read(): Promise<Uint8Array | undefined> {
    try {
      const length = await this.#keys.read(this.#input);
      return length === null ? undefined : this.#input.slice(0, length);
    } catch (error) {
      const own = error instanceof Deno.errors.WouldBlock && this.#keys === Deno.stdin
        ? openControlling()
        : undefined;
      if (own === undefined) return undefined;
      this.#keys = own;
      return await this.read();
    }
  }

  async suspend(): Promise<void> {
    if (!HAS_SIGNALS) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    Deno.addSignalListener("SIGCONT", resolve);
    this.leave();
    Deno.kill(Deno.pid, "SIGSTOP");
    await promise;
    Deno.removeSignalListener("SIGCONT", resolve);
    await this.enter();
  }

  watch(resized: () => void): () => void {
    // Elsewhere the next picture has the new size.
    if (!HAS_SIGNALS) return () => {};
    Deno.addSignalListener("SIGWINCH", resized);
    return () => Deno.removeSignalListener("SIGWINCH", resized);
  }
}

/** Absent where there is no shell or no `stty`: then only our own death by SIGKILL leaves traces. */
async function startGuard(): Promise<Deno.ChildProcess | undefined> {
  if (Deno.build.os === "windows") return undefined;
  try {
    const source = Deno.stdin.isTerminal() ? [] : ["<", CONTROLLING];
    const { stdout, success } = await new Deno.Command("/bin/sh", {
      args: ["-c", ["stty -g", ...source].join(" ")],
      stdin: "inherit",
      stdout: "piped",
      stderr: "null",
    }).output();
    if (!success) return undefined;
    const state = new TextDecoder().decode(stdout).trim();
    return new Deno.Command("/bin/sh", {
      args: ["-c", GUARD.replace("stty", "stty <&1"), "tachyon-guard", state],
      stdin: "piped",
      stdout: "inherit",
      stderr: "null",
    }).spawn();
  } catch {
    return undefined;
  }
}

async function dismiss(guard: Deno.ChildProcess | undefined): Promise<void> {
  if (guard === undefined) return;
  try {
    const writer = guard.stdin.getWriter();
    await writer.write(new TextEncoder().encode("done\n"));
    await writer.close();
    await guard.status;
  } catch {
    // It has ended already.
  }
}
