/** Why something is not permitted, and what can be done about it. */
export interface Advice {
  /** One sentence. */
  readonly why: string;
  /** Commands to choose from, the best first; they can be pasted. Where people have to fill in, in CAPITALS. */
  readonly commands: readonly string[];
  /** What is to be known about them; may be empty. */
  readonly note: string;
}
