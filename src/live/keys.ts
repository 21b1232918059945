/** What a terminal sends when keys are pressed (ECMA-48, xterm's control sequences), as names. */

const NAMED: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\x7f": "backspace",
  "\b": "backspace",
  "\x03": "ctrl-c",
  "\x1a": "ctrl-z",
  "\x0c": "ctrl-l",
  "\x1b[A": "up",
  "\x1b[B": "down",
  "\x1b[C": "right",
  "\x1b[D": "left",
  "\x1bOA": "up",
  "\x1bOB": "down",
  "\x1bOC": "right",
  "\x1bOD": "left",
  "\x1b[H": "home",
  "\x1b[F": "end",
  "\x1bOH": "home",
  "\x1bOF": "end",
  "\x1b[1~": "home",
  "\x1b[4~": "end",
  "\x1b[5~": "pageup",
  "\x1b[6~": "pagedown",
  "\x1b[Z": "backtab",
};

/** A whole escape sequence at the start of a text: CSI, SS3, or what a terminal answers (OSC). */
// deno-lint-ignore no-control-regex
const SEQUENCE = /^\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~]|\]11;[^\x07\x1b]{0,40}(?:\x07|\x1b\\))/;
/** The beginning of one that may go on in the next read. */
// deno-lint-ignore no-control-regex
const BEGINNING = /^\x1b(?:\[[0-?]*[ -/]*|O|\]1{0,2})?$/;
/** The beginning of an answer: no key, however long the rest takes. */
// deno-lint-ignore no-control-regex
const ANSWER = /^\x1b\]11;[^\x07\x1b]{0,40}\x1b?$/;

/** A mouse's button or wheel, where, and whether it went down (xterm's mode 1006). */
// deno-lint-ignore no-control-regex
const MOUSE = /^\x1b\[<(\d+);(\d+);(\d+)([Mm])$/;
const WHEEL_UP = 64;
const WHEEL_DOWN = 65;

/** What a terminal says of its ground, as keys. */
export const GROUND_LIGHT = "ground-light";
export const GROUND_DARK = "ground-dark";

/** The colour of the ground: three numbers of one to four hexadecimal digits (xterm's OSC 11). */
// deno-lint-ignore no-control-regex
const GROUND = /^\x1b\]11;rgba?:([\da-f]+)\/([\da-f]+)\/([\da-f]+)/i;

/**
 * Splits what a terminal sends into keys: `up`, `enter`, `ctrl-c`, `escape`, or the character typed; and
 * what else it says: `click:12:3` (column and row from 0), `wheel-up`, `ground-light`.
 */
export class KeyReader {
  readonly #decoder = new TextDecoder();
  #rest = "";

  /** True if an escape has come that may be a key of its own or the start of more. */
  get waits(): boolean {
    return this.#rest !== "" && !ANSWER.test(this.#rest);
  }

  /** The keys in the bytes that have come. */
  read(bytes: Uint8Array): string[] {
    const keys: string[] = [];
    let text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    this.#rest = "";
    while (text !== "") {
      if (text[0] === "\x1b") {
        if (BEGINNING.test(text) || ANSWER.test(text)) {
          this.#rest = text;
          return keys;
        }
        const sequence = SEQUENCE.exec(text)?.[0];
        // What no key of ours sends is passed over; an escape before anything else is one.
        const key = sequence === undefined ? "escape" : NAMED[sequence] ?? read(sequence);
        if (key !== undefined) keys.push(key);
        text = text.slice(sequence?.length ?? 1);
        continue;
      }
      const character = String.fromCodePoint(text.codePointAt(0)!);
      keys.push(NAMED[character] ?? character);
      text = text.slice(character.length);
    }
    return keys;
  }

  /** Nothing has followed: what waited was an escape. */
  flush(): string[] {
    if (!this.waits) return [];
    this.#rest = "";
    return ["escape"];
  }
}

/** What a sequence says that is not that of a key. */
function read(sequence: string): string | undefined {
  const mouse = MOUSE.exec(sequence);
  if (mouse !== null) {
    const [button, column, row] = mouse.slice(1, 4).map(Number) as [number, number, number];
    if (button === WHEEL_UP) return "wheel-up";
    if (button === WHEEL_DOWN) return "wheel-down";
    return button === 0 && mouse[4] === "M" ? `click:${column - 1}:${row - 1}` : undefined;
  }
  const ground = GROUND.exec(sequence);
  if (ground === null) return undefined;
  const [red, green, blue] = ground.slice(1, 4)
    .map((digits) => parseInt(digits, 16) / (16 ** digits.length - 1)) as [number, number, number];
  // How bright a colour seems (ITU-R BT.601).
  return 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 ? GROUND_LIGHT : GROUND_DARK;
}
