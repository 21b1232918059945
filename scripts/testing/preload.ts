/** Runs before each file of tests, and makes its tests patient. */
import { type Notes, patiently, type Test } from "./patience.ts";

/** The variable that says where the notes are, as JSON. */
const notes = Deno.env.get("TACHYON_TEST_NOTES");
if (notes !== undefined) {
  Object.defineProperty(Deno, "test", { value: makePatient(Deno.test, JSON.parse(notes)) });
}

function makePatient<T extends object>(test: T, notes: Notes): T {
  const register = test as (...words: unknown[]) => void;
  const take = (word: unknown): unknown => {
    if (typeof word === "function") return patiently(word as Test, notes);
    const { fn } = Object(word) as { fn?: Test };
    return fn === undefined ? word : { ...Object(word), fn: patiently(fn, notes) };
  };
  return Object.assign((...words: unknown[]) => register(...words.map(take)), test);
}
