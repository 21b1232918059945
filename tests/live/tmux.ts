/** A real terminal: tmux, with a shell in it that can be typed to and looked at. */

import { execute } from "../cli/command.ts";

/** How long the screen may take to show what is waited for, ms. */
const PATIENCE_MS = 30_000;

/** Whether tmux is here; its absence is said aloud and in CI is an error. */
export const TMUX: boolean = await findTmux();

/** A terminal of its own server, ended at the end of the scope. */
export class TmuxTerminal implements AsyncDisposable {
  readonly #socket = `tachyon-${crypto.randomUUID()}`;

  /** Opens one with a shell in it. */
  static async open(width: number, height: number, folder: string): Promise<TmuxTerminal> {
    const terminal = new TmuxTerminal();
    const size = ["-x", String(width), "-y", String(height)];
    await terminal.#tmux("-f", "/dev/null", "new-session", "-d", ...size, "-c", folder, SHELL);
    await terminal.until((text) => text.includes("$"));
    return terminal;
  }

  /** Types a line. */
  async enter(line: string): Promise<void> {
    await this.type(line);
    await this.press("Enter");
  }

  /** Types without a line's end. */
  async type(text: string): Promise<void> {
    await this.#tmux("send-keys", "-l", text);
  }

  /** Presses keys, by tmux's names. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  async resize(width: number, height: number): Promise<void> {
    await this.#tmux("resize-window", "-x", String(width), "-y", String(height));
  }

  /** Keeps all bytes that are sent to it from now on in a file, too. */
  async record(path: string): Promise<void> {
    await Deno.writeFile(path, new Uint8Array(0));
    await this.#tmux("pipe-pane", "-O", `cat > '${path}'`);
  }

  /** What is to be seen; with `-e` as its argument with the sequences of its colours. */
  async look(...how: readonly string[]): Promise<string> {
    return (await this.#tmux("capture-pane", "-p", ...how)).trimEnd();
  }

  /** Waits until the screen shows something. */
  async until(shows: (text: string) => boolean): Promise<string> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const text = await this.look();
      if (shows(text)) return text;
      if (performance.now() > deadline) throw new Error(`not shown:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Closes the window under whatever runs in it. */
  async close(): Promise<void> {
    await this.#tmux("kill-server");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close().catch(() => {});
  }

  async #tmux(...args: readonly string[]): Promise<string> {
    const env = { TERM: "xterm-256color", LC_ALL: "C.UTF-8" };
    const { status, stdout, stderr } = await execute("tmux", ["-u", "-L", this.#socket, ...args], {
      env,
    });
    if (status !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`);
    return stdout;
  }
}

const SHELL = "env PS1='$ ' TERM=xterm-256color bash --norc --noprofile -i";

async function findTmux(): Promise<boolean> {
  const found = await execute("tmux", ["-V"]).then(({ status }) => status === 0, () => false);
  if (!found) {
    const sentence = "NO tmux HERE: THE LIVE SCREEN IS NOT TRIED ON A REAL TERMINAL";
    if (Deno.env.get("CI") === "true") throw new Error(sentence);
    // deno-lint-ignore no-console
    console.error(sentence);
  }
  return found;
}
