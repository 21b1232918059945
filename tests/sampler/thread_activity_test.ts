import assert from "node:assert/strict";
import { ACTIVITY, BLOCKED, RUNNABLE, STATE_UNKNOWN } from "../../ffi/process.ts";
import { ThreadActivity, type Verdict } from "../../src/sampler/thread_activity.ts";

/** What a look finds: state, time on a CPU and waiting (ms), how often it got a CPU. */
type Look = readonly [state: number, ran: number, waited: number, runs: number];

/** Looks a millisecond apart. Returns what was found out of each, in the end. */
function judge(looks: readonly Look[], apart = 1000): (Verdict | "blocked" | "unknown")[] {
  const row = new Float64Array(ACTIVITY.length);
  let at = 0;
  const activity = new ThreadActivity({
    row,
    refresh: () => {
      const [state, ran, waited, runs] = looks[at]!;
      row[ACTIVITY.state] = state;
      row[ACTIVITY.ran] = ran * 1e6;
      row[ACTIVITY.waited] = waited * 1e6;
      row[ACTIVITY.runs] = runs;
    },
    close: () => {},
  });
  const stays = looks.map((_, i) => {
    at = i;
    activity.look(i * apart);
    return activity.isKnown ? activity.stay ?? "blocked" : "unknown";
  });
  return stays.map((stay) => typeof stay === "string" ? stay : stay.verdict);
}

const R = RUNNABLE;

Deno.test("a thread that runs without being given a CPU again had one at all looks before", () => {
  const looks: Look[] = [[R, 10, 0, 5], [R, 10, 0, 5], [R, 10, 0, 5], [R, 14, 0, 5], [R, 14, 0, 5]];
  assert.deepEqual(judge(looks), ["on", "on", "on", "open", "open"]);
});

Deno.test("a thread that got a CPU after waiting all the time had none before", () => {
  const looks: Look[] = [[R, 10, 0, 5], [R, 10, 0, 5], [R, 10, 0, 5], [R, 10, 3, 6], [R, 14, 3, 6]];
  assert.deepEqual(judge(looks), ["off", "off", "off", "on", "open"]);
});

Deno.test("a thread that lost its CPU had one up to the count, and none from then on", () => {
  // It ran for 2.5 ms, waited for 3 ms and ran again.
  const looks: Look[] = [
    [R, 10, 0, 5],
    [R, 10, 0, 5],
    [R, 10, 0, 5],
    [R, 12.5, 0, 5],
    [R, 12.5, 0, 5],
    [R, 12.5, 0, 5],
    [R, 12.5, 3, 6],
    [R, 16.5, 3, 6],
  ];
  assert.deepEqual(judge(looks), ["on", "on", "on", "off", "off", "off", "on", "open"]);
});

Deno.test("a thread that slept shortly between two looks had a CPU at the first", () => {
  const looks: Look[] = [[R, 10, 0, 5], [R, 10.7, 0.01, 6], [R, 11.5, 0.01, 6]];
  assert.deepEqual(judge(looks), ["on", "on", "open"]);
});

Deno.test("a thread that was blocked had no CPU, and one that woke shows where it ran", () => {
  const looks: Look[] = [[BLOCKED, 10, 0, 5], [R, 10, 0, 6], [BLOCKED, 10.4, 0, 6], [
    BLOCKED,
    10.4,
    0,
    6,
  ]];
  assert.deepEqual(judge(looks), ["blocked", "on", "blocked", "blocked"]);
});

Deno.test("a thread whose counts stay the same for over a second had no CPU", () => {
  const still: Look = [R, 10, 0, 5];
  assert.deepEqual(judge([still, still, still, still], 500_000).slice(0, 3), ["off", "off", "off"]);
});

Deno.test("runnable is on a CPU where the system counts nothing, and a thread that is gone is unknown", () => {
  assert.deepEqual(judge([[R, 0, 0, 0], [R, 0, 0, 0], [STATE_UNKNOWN, 0, 0, 0]]), [
    "on",
    "on",
    "unknown",
  ]);
});

Deno.test("what a thread did before it slept is decided, though that was counted only later", () => {
  const looks: Look[] = [[R, 10, 0, 5], [BLOCKED, 10, 0, 5], [BLOCKED, 14, 0, 5], [R, 14, 0, 6]];
  assert.deepEqual(judge(looks), ["on", "blocked", "blocked", "open"]);
  // Woken, it waits for a CPU: what it did before says nothing of that.
  const woken: Look[] = [[R, 10, 0, 5], [BLOCKED, 14, 0, 5], [R, 14, 0, 5], [R, 14, 3, 6]];
  assert.deepEqual(judge(woken), ["on", "blocked", "off", "open"]);
  const long: Look[] = [[R, 10, 0, 5], ...Array<Look>(5).fill([BLOCKED, 10, 0, 5])];
  assert.equal(judge(long, 400_000)[0], "off");
});
