import assert from "node:assert/strict";
import { Profile, STATUS, STATUS_SHIFT } from "../../src/profile/profile.ts";
import { METADATA, shopProfile } from "../collectors/profiles.ts";
import { depotProfile, feedDepot } from "./depot.ts";
import { type Watched, watchProfile } from "./watching.ts";

/** Shows the depot. */
function watchDepot(width: number, height: number): Watched & { profile: Profile } {
  const profile = depotProfile();
  const watched = watchProfile(profile, width, height);
  feedDepot(watched.live, profile);
  return { ...watched, profile };
}

/** A click at a place, counted from 1. */
function click(x: number, y: number): string {
  return `\x1b[<0;${x};${y}M\x1b[<0;${x};${y}m`;
}

/** The place of a text on the screen, counted from 1. */
function placeOf(text: string, wanted: string): [x: number, y: number] {
  const rows = text.split("\n");
  const y = rows.findIndex((row) => row.includes(wanted));
  assert.notEqual(y, -1, `${wanted} in\n${text}`);
  return [rows[y]!.indexOf(wanted) + 1, y + 1];
}

Deno.test("tasks fold, are filtered by name, and what is not in any is told apart", async () => {
  const { terminal, live, shown } = watchDepot(120, 30);
  terminal.type("7");
  const all = await terminal.until((text) => text.includes("worker 7"));
  assert.match(all, /48\.0% +▾ Task-1/);
  assert.match(all, /28\.0% +8\.0% +20\.0% +· worker 8 +handle {2}app\.py:44/);
  assert.match(all, /20\.0% +20\.0% +· worker 7 +Parser\.parse {2}parse\.py:12/);
  assert.match(all, /2\.0% loops that idle, 30\.0% outside of tasks/);
  terminal.type("j\r");
  await terminal.until((text) => text.includes("▸ Task-1") && !text.includes("worker 7"));
  terminal.type("\x1b[C");
  await terminal.until((text) => text.includes("worker 7"));
  terminal.type("/7\r");
  const some = await terminal.until((text) => !text.includes("worker 8"));
  assert.match(some, /▾ Task-1[^]*worker 7/);
  terminal.type("c");
  await terminal.until((text) => text.includes("worker 8"));
  assert.equal(live.model.view, "tasks");
  terminal.type("q");
  await shown;
});

Deno.test("Enter on a process shows it alone, once more or t shows all", async () => {
  const { terminal, shown } = watchDepot(120, 30);
  terminal.type("8");
  const table = await terminal.until((text) => text.includes("resource tracker"));
  assert.match(table, /4242 +3 +800 +\d+\.\d% +0% +3\.14\.10 python3 -m depot/);
  assert.match(table, /└ +4249 +0 +0 +ended +0% +3\.14\.10 \(resource tracker\) python3/);
  terminal.type("jj\r1");
  const one = await terminal.until((text) => text.includes("only pid 4250"));
  assert.match(one, /100\.0% .* 計算する/);
  assert.doesNotMatch(one, /Parser\.parse/);
  terminal.type("5");
  await terminal.until((text) => text.includes("thread 4250") && !text.includes("4243"));
  terminal.type("8jj\r1");
  await terminal.until((text) => text.includes("Parser.parse"));
  terminal.type("8jj\r1t");
  await terminal.until((text) => text.includes("Parser.parse") && !text.includes("only pid"));
  terminal.type("q");
  await shown;
});

Deno.test("instructions belong to the chosen row, special forms are told, i hides them", async () => {
  const { terminal, shown } = watchDepot(120, 30);
  terminal.type("jj");
  const shows = await terminal.until((text) => text.includes("instructions of Parser.parse"));
  assert.match(shows, /75\.0% .* 150 BINARY_OP_ADD_INT {2}special form of BINARY_OP/);
  assert.match(shows, /25\.0% .* 50 LOAD_FAST_BORROW$/m);
  assert.match(shows, /100\.0% in special forms/);
  terminal.type("i");
  await terminal.until((text) => !text.includes("instructions of"));
  terminal.type("i\x1b[F");
  await terminal.until((text) => text.includes("it only calls others"));
  terminal.type("q");
  await shown;
  const without = watchProfile(shopProfile().profile, 100, 30);
  without.terminal.type("i");
  await without.terminal.until((text) => text.includes("recorded with --opcodes"));
  without.terminal.type("q");
  await without.shown;
});

Deno.test("views that were not asked for say how to get them", async () => {
  const { terminal, shown } = watchProfile(shopProfile().profile, 60, 12);
  terminal.type("7");
  await terminal.until((text) => text.includes("--async-mode all"));
  terminal.type("8");
  await terminal.until((text) => text.includes("--subprocesses"));
  terminal.type("q");
  await shown;
});

Deno.test("the mouse chooses, opens, sorts, scrolls and presses keys once it is asked to", async () => {
  const { terminal, live, shown } = watchDepot(120, 30);
  terminal.type("m");
  let text = await terminal.until((shows) => shows.includes("the mouse clicks"));
  assert.ok(terminal.modes.endsWith("\x1b[?1000h\x1b[?1006h"));
  terminal.type(click(...placeOf(text, "drain")));
  await terminal.until((shows) => shows.includes("instructions of drain"));
  terminal.type(click(...placeOf(text, "total")));
  text = await terminal.until(() => live.model.sort === "total");
  text = await terminal.until((shows) => shows.includes("sort: total"));
  terminal.type(click(...placeOf(text, "3 tree")));
  text = await terminal.until((shows) => shows.includes("call tree"));
  terminal.type(click(...placeOf(text, "▾ worker 7")) + click(...placeOf(text, "▾ worker 7")));
  await terminal.until((shows) => shows.includes("▸ worker 7"));
  terminal.type("o");
  text = await terminal.until((shows) => shows.includes("standard output"));
  terminal.type(click(...placeOf(text, "Esc")));
  await terminal.until((shows) => shows.includes("call tree"));
  terminal.type("\x1b[<65;5;20M");
  await terminal.until(() => live.model.chosen !== undefined);
  terminal.type("?");
  await terminal.until((shows) => shows.includes("any key closes"));
  terminal.type(click(2, 2));
  await terminal.until((shows) => !shows.includes("any key closes"));
  terminal.type("m");
  await terminal.until((shows) => shows.includes("selects text again"));
  assert.ok(terminal.modes.endsWith("\x1b[?1006l\x1b[?1000l"));
  terminal.type("q");
  await shown;
});

Deno.test("the help shows all keys on the smallest screen, in pages", async () => {
  const { terminal, live, shown } = watchDepot(60, 12);
  terminal.type("?");
  const first = await terminal.until((text) => text.includes("keys 1 of 2"));
  terminal.type("j");
  const second = await terminal.until((text) => text.includes("keys 2 of 2"));
  for (const does of ["next view", "hold the picture"]) assert.ok(first.includes(does), does);
  for (const does of ["mouse on and off", "end"]) assert.ok(second.includes(does), does);
  terminal.type("j");
  await terminal.until(() => live.model.help === 0);
  terminal.type("q");
  await shown;
});

Deno.test("colours follow the ground that a terminal tells of", async () => {
  const { terminal, shown } = watchDepot(80, 24);
  await terminal.until((text) => text.includes("Parser.parse"));
  const isLight = (): boolean => terminal.screen.styles.some((style) => style.includes("38;5;160"));
  assert.equal(isLight(), false);
  terminal.type("\x1b]11;rgb:ffff/ffff/ffff\x1b\\");
  await terminal.until(isLight);
  terminal.type("\x1b]11;rgb:0000/0000/0000\x07");
  await terminal.until(() => !isLight());
  terminal.type("q");
  await shown;
});

Deno.test("a capture that loses all readings says so and answers keys", async () => {
  const profile = new Profile({ ...METADATA, mode: "wall" });
  const { terminal, shown } = watchProfile(profile, 100, 24);
  await terminal.until((text) => text.includes("no samples yet"));
  Object.assign(profile.quality, { ticks: 5000, rejected: [4000, 1000, 0, 0, 0, 0, 0] });
  const text = await terminal.until((shows) => shows.includes("rejected (torn)"));
  assert.match(text, /all 5,000 stacks that were read are rejected \(torn\)/);
  assert.match(text, /100\.0% rejected/);
  for (const key of ["2", "3", "4", "5", "6", "7", "8", "\r", "j", "o", "?", "x"]) {
    terminal.type(key);
  }
  terminal.type("q");
  await shown;
});

Deno.test("a filter of the command line is named in the head", async () => {
  const filters = [{ threads: [], include: ["^price"], exclude: [] }];
  const { terminal, shown } = watchProfile(shopProfile({ filters }).profile, 120, 24);
  await terminal.until((text) => text.includes("with /^price/"));
  terminal.type("q");
  await shown;
});

Deno.test("little is sent for a picture in which only numbers change", async () => {
  const { terminal, live, profile, shown } = watchDepot(120, 40);
  await terminal.until((text) => text.includes("Parser.parse"));
  const before = terminal.screen.bytes;
  const rounds = 12;
  for (let round = 1; round <= rounds; round++) {
    feedDepot(live, profile);
    const count = profile.quality.samples += 1234;
    const wanted = String(count).replace(/\B(?=(\d{3})+$)/g, ",");
    await terminal.until((text) => text.includes(`${wanted} samples`));
  }
  // Four pictures a second are 10 kB then.
  const each = (terminal.screen.bytes - before) / rounds;
  assert.ok(each < 2500, `${each} bytes a picture`);
  terminal.type("q");
  await shown;
});

Deno.test("without a GIL nothing is said of one", async () => {
  const builder = shopProfile({ freeThreaded: true });
  const { terminal, live, shown } = watchProfile(builder.profile, 120, 30);
  live.add(builder.profile, {
    length: 1,
    time: new Float64Array(1),
    thread: new Int32Array(1),
    stack: new Int32Array(1),
    flags: new Int32Array(1).fill(STATUS.onCpu << STATUS_SHIFT),
  });
  const head = await terminal.until((text) => text.includes("on CPU 100.0%"));
  assert.match(head, /Python 3\.14\.10 free-threaded/);
  assert.doesNotMatch(head, /GIL held|waiting|released/);
  terminal.type("5");
  await terminal.until((text) => /MainThread +4242 +1,000 {14,} 100\.0% +0%/.test(text));
  terminal.type("q");
  await shown;
});
