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

/** A whole escape sequence at the start of a text: CSI or SS3. */
// deno-lint-ignore no-control-regex
const SEQUENCE = /^\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~])/;
/** The beginning of one that may go on in the next read. */
// deno-lint-ignore no-control-regex
const BEGINNING = /^\x1b(?:\[[0-?]*[ -/]*|O)?$/;

/** Splits what a terminal sends into keys: `up`, `enter`, `ctrl-c`, `escape`, or the character typed. */
export class KeyReader {
  readonly #decoder = new TextDecoder();
  #rest = "";

  /** True if an escape has come that may be a key of its own or the start of more. */
  get waits(): boolean {
    return this.#rest !== "";
  }

  /** The keys in the bytes that have come. */
  read(bytes: Uint8Array): string[] {
    const keys: string[] = [];
    let text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    this.#rest = "";
    while (text !== "") {
      if (text[0] === "\x1b") {
        if (BEGINNING.test(text)) {
          this.#rest = text;
          return keys;
        }
        const sequence = SEQUENCE.exec(text)?.[0];
        // What no key of ours sends is passed over; an escape before anything else is one.
        if (sequence === undefined) keys.push("escape");
        else if (NAMED[sequence] !== undefined) keys.push(NAMED[sequence]);
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
    const waited = this.#rest !== "";
    this.#rest = "";
    return waited ? ["escape"] : [];
  }
}
