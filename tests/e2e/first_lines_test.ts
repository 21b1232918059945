import assert from "node:assert/strict";
import { PYTHONS, runTachyon, type Subject, SUBJECTS } from "./subjects.ts";

const TARGET = new URL("targets/first_lines.py", import.meta.url).pathname;
/** Time that the first function takes, from the program's first line on, ms. */
const SPAN = 60;
/** A busy machine may let the program run before it lets us look: it gets as many chances. */
const TRIES = 8;

interface Counted {
  readonly functions: readonly { readonly name: string; readonly self: number }[];
  readonly quality: {
    readonly ticks: number;
    readonly missed_ticks: number;
    readonly withheld_ticks: number;
  };
}

for (const subject of SUBJECTS) {
  for (const python of PYTHONS) {
    Deno.test(`run, ${subject.name}, samples Python ${python.minor} from its first line on`, async () => {
      await tryFirstLines(subject, ["--python", python.path, TARGET, String(SPAN)]);
    });
  }
}

Deno.test("run samples a Python that a shell starts from its first line on", async () => {
  const script = "test -n here; exec $0 $@";
  const command = ["sh", "-c", script, PYTHONS.at(-1)!.path, TARGET, String(SPAN)];
  await tryFirstLines(SUBJECTS.at(-1)!, ["--", ...command]);
});

Deno.test("run samples a program's CPU time from its first line on", async () => {
  const target = ["--python", PYTHONS.at(-1)!.path, TARGET, String(SPAN)];
  await tryFirstLines(SUBJECTS.at(-1)!, target, ["--mode", "cpu"]);
});

async function tryFirstLines(
  subject: Subject,
  target: readonly string[],
  options: readonly string[] = [],
): Promise<void> {
  const seen: string[] = [];
  for (let i = 0; i < TRIES; i++) {
    const args = ["run", ...options, "--json", "-o", "-", ...target];
    const { stdout, stderr } = await runTachyon(subject, args);
    if (/No samples were collected: the program ended too soon/.test(stderr)) {
      seen.push("no samples");
      continue;
    }
    assert.notEqual(stdout, "", stderr);
    const { functions, quality } = JSON.parse(stdout) as Counted;
    const first = functions.find(({ name }) => name === "first")?.self ?? 0;
    const { ticks, missed_ticks: missed, withheld_ticks: withheld } = quality;
    seen.push(
      `${first} samples, ${missed} ticks missed, ${withheld} of ${ticks + withheld} withheld`,
    );
    // Where the rate gives way, a tick that is made stands for more than 1 ms, and a missed one does not.
    const tickMs = (ticks + withheld) / ticks;
    // Ticks before the capture began are not among the missed ones.
    if ((first + 1) * tickMs + missed >= SPAN - 1) return;
  }
  assert.fail(seen.join("; "));
}

Deno.test("run has let go of the program when its first lines are over", async () => {
  const code = "import time; time.sleep(0.3); print(open('/proc/self/status').read())";
  const { stdout } = await runTachyon(SUBJECTS.at(-1)!, [
    "run",
    "--quiet",
    "--json",
    "-o",
    "/dev/null",
    "--",
    PYTHONS.at(-1)!.path,
    "-c",
    code,
  ]);
  assert.match(stdout, /^TracerPid:\t0$/m);
});
