/**
 * Thrown where the bytes of a recording do not mean anything; whoever reads the recording catches it
 * and says what could be read.
 */
export class Damage extends Error {
  constructor(what: string) {
    super(what);
    this.name = "Damage";
  }
}
