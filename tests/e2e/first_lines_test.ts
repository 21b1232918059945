import assert from "node:assert/strict";
import { PYTHONS, runTachyon, SUBJECTS } from "./subjects.ts";

const TARGET = new URL("targets/first_lines.py", import.meta.url).pathname;
/** Time that the first function takes, from the program's first line on, ms. */
const SPAN = 60;
/** A busy machine may let the program run before it lets us look: it gets as many chances. */
const TRIES = 4;

interface Counted {
  readonly functions: readonly { readonly name: string; readonly self: number }[];
  readonly quality: { readonly missed_ticks: number };
}

for (const subject of SUBJECTS) {
  for (const python of PYTHONS) {
    Deno.test(`run, ${subject.name}, samples Python ${python.minor} from its first line on`, async () => {
      const seen: string[] = [];
      for (let i = 0; i < TRIES; i++) {
        const args = ["run", "--python", python.path, "--json", "-o", "-", TARGET, String(SPAN)];
        const { stdout, stderr } = await runTachyon(subject, args);
        assert.notEqual(stdout, "", stderr);
        const { functions, quality } = JSON.parse(stdout) as Counted;
        const first = functions.find(({ name }) => name === "first")?.self ?? 0;
        seen.push(`${first} samples, ${quality.missed_ticks} ticks missed`);
        // Ticks before the capture began are not among the missed ones.
        if (first + quality.missed_ticks >= SPAN - 2) return;
      }
      assert.fail(seen.join("; "));
    });
  }
}
