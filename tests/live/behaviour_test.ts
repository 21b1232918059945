import assert from "node:assert/strict";
import { Profile, STATUS, STATUS_SHIFT } from "../../src/profile/profile.ts";
import { METADATA, ProfileBuilder, shopProfile } from "../collectors/profiles.ts";
import { watchProfile } from "./watching.ts";

const leaf = { file: "/srv/app.py", name: "leaf", first: 3, line: 4 };
const other = { file: "/srv/lib/other.py", name: "other", first: 30, line: 31 };

/** Row of the table that names a function. */
function rowOf(text: string, name: string): string {
  return text.split("\n").find((row, i) => i > 3 && row.includes(` ${name} `)) ?? "";
}

Deno.test("rows follow the sort key both ways round", async () => {
  const { terminal, shown } = watchProfile(shopProfile().profile, 100, 30);
  const order = (text: string): number => text.indexOf("Shop.serve  ") - text.indexOf("walk  tree");
  await terminal.until((text) => text.includes("sort: self") && order(text) > 0);
  terminal.type("s");
  await terminal.until((text) => text.includes("sort: total") && order(text) < 0);
  terminal.type("S");
  await terminal.until((text) => text.includes("sort: self") && order(text) > 0);
  terminal.type("q");
  await shown;
});

Deno.test("a filter shows what contains it, a pattern what it matches, and c shows all again", async () => {
  const { terminal, shown } = watchProfile(shopProfile().profile, 100, 30);
  terminal.type("/PRICE");
  await terminal.until((text) => text.includes("filter: PRICE"));
  terminal.type("\x7f\r");
  const filtered = await terminal.until((text) =>
    text.includes("filter PRIC") && rowOf(text, "walk") === ""
  );
  assert.notEqual(rowOf(filtered, "price_order"), "");
  terminal.type("c");
  await terminal.until((text) => rowOf(text, "walk") !== "");
  terminal.type("//^.*tree/\r");
  await terminal.until((text) => rowOf(text, "walk") !== "" && rowOf(text, "price_order") === "");
  terminal.type("/x\x1b");
  await terminal.until((text) => text.includes("filter /^.*tree/") && text.includes("q quit"));
  terminal.type("q");
  await shown;
});

Deno.test("Enter shows the source with the heat of its lines, Escape goes back", async () => {
  const { terminal, shown } = watchProfile(shopProfile().profile, 100, 30);
  await terminal.until((text) => text.includes("price_order"));
  terminal.type("j\r");
  const source = await terminal.until((text) => text.includes("/srv/shop/pricing.py"));
  assert.match(source, /40\.0% +40\.0% +12 +line_12 = 11/);
  assert.match(source, /20\.0% +20\.0% +13 +line_13 = 12/);
  terminal.type("\x1b");
  await terminal.until((text) => text.includes("sort: self"));
  terminal.type("q");
  await shown;
});

Deno.test("a picture on hold stays while samples come, and a reset counts from then on", async () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1, "main");
  builder.sample(thread, [leaf], 100);
  const { terminal, shown } = watchProfile(builder.profile, 100, 30);
  await terminal.until((text) => rowOf(text, "leaf").includes("100.0%"));
  terminal.type("p");
  await terminal.until((text) => text.includes("paused"));
  builder.sample(thread, [other], 300);
  terminal.type("j");
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(rowOf(terminal.screen.text(), "other"), "");
  terminal.type("p");
  await terminal.until((text) => rowOf(text, "other").includes("75.0%"));
  terminal.type("r");
  await terminal.until((text) => text.includes("no samples yet"));
  builder.sample(thread, [leaf], 50);
  await terminal.until((text) => rowOf(text, "leaf").includes("100.0%"));
  terminal.type("q");
  await shown;
});

Deno.test("only the last seconds are shown when that is asked for", async () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1, "main");
  builder.sample(thread, [leaf], 1000);
  const { terminal, shown } = watchProfile(builder.profile, 100, 30);
  await terminal.until((text) => rowOf(text, "leaf").includes("100.0%"));
  terminal.type("e");
  await terminal.until((text) => text.includes("no samples yet") && text.includes("last 0 s"));
  builder.sample(thread, [other], 10);
  await terminal.until((text) => rowOf(text, "other").includes("100.0%"));
  terminal.type("e");
  await terminal.until((text) => rowOf(text, "leaf").includes("99.0%"));
  terminal.type("q");
  await shown;
});

Deno.test("arrow keys go from thread to thread, and t shows all", async () => {
  const builder = new ProfileBuilder();
  const [one, two] = [builder.thread(1, "first"), builder.thread(2, "second")];
  builder.sample(one, [leaf], 30).sample(two, [other], 70);
  const { terminal, shown } = watchProfile(builder.profile, 100, 30);
  await terminal.until((text) => rowOf(text, "other").includes("70.0%"));
  terminal.type("\x1b[C");
  await terminal.until((text) => text.includes("only first") && rowOf(text, "other") === "");
  terminal.type("\x1b[C");
  await terminal.until((text) => text.includes("only second") && rowOf(text, "leaf") === "");
  terminal.type("\x1b[D\x1b[D");
  await terminal.until((text) => !text.includes("only "));
  terminal.type("\x1b[D");
  await terminal.until((text) => text.includes("only second"));
  terminal.type("t");
  await terminal.until((text) => rowOf(text, "leaf").includes("30.0%"));
  terminal.type("t");
  await terminal.until((text) => text.includes("only first"));
  terminal.type("t5jj\r1");
  await terminal.until((text) => text.includes("only first") && rowOf(text, "other") === "");
  terminal.type("5j\r1");
  await terminal.until((text) => text.includes("only second"));
  terminal.type("q");
  await shown;
});

Deno.test("branches of the tree close and open, boxes of the flame graph zoom", async () => {
  const { terminal, shown } = watchProfile(shopProfile().profile, 100, 30);
  terminal.type("3");
  await terminal.until((text) => text.includes("▾ <module>"));
  terminal.type("j\x1b[D");
  await terminal.until((text) => text.includes("▸ <module>") && !text.includes("price_order  p"));
  terminal.type("\x1b[C");
  await terminal.until((text) => text.includes("price_order  p"));
  terminal.type("4");
  await terminal.until((text) => text.includes("100.0% total"));
  terminal.type("jj\r");
  const zoomed = await terminal.until((text) =>
    text.includes("60.0% total") && !text.includes("Shop.serve ")
  );
  assert.match(zoomed, /\n price_order {80,}/);
  terminal.type("\x1b");
  await terminal.until((text) => text.includes("Shop.serve "));
  terminal.type("q");
  await shown;
});

Deno.test("states of threads are shown where samples tell them", async () => {
  const builder = new ProfileBuilder();
  const thread = builder.thread(1, "main");
  builder.sample(thread, [leaf], 4);
  const { terminal, live, shown } = watchProfile(builder.profile, 120, 30);
  const states = [STATUS.hasGil | STATUS.onCpu, STATUS.hasGil, STATUS.hasGil, STATUS.waitsForGil];
  live.add(builder.profile, {
    length: 4,
    time: new Float64Array(4),
    thread: new Int32Array(4).fill(thread),
    stack: new Int32Array(4),
    flags: Int32Array.from(states, (status) => status << STATUS_SHIFT),
  });
  const text = await terminal.until((shows) => shows.includes("GIL held"));
  assert.match(
    text,
    /GIL held 75\.0%.* waiting 25\.0%.* released 0%.* on CPU 25\.0%.* exceptions 0%/,
  );
  terminal.type("5");
  await terminal.until((shows) => /main +1 +4 +75\.0% +25\.0% +25\.0% +0%/.test(shows));
  terminal.type("q");
  await shown;
});

Deno.test("a terminal that takes nothing holds up no key, and one that is gone ends the screen", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stuck = watchProfile(shopProfile().profile, 80, 24);
  stuck.terminal.stalled = promise;
  stuck.terminal.type("q");
  await stuck.shown;
  resolve();
  const closed = watchProfile(shopProfile().profile, 80, 24);
  closed.terminal.hangUp();
  await closed.shown;
  assert.equal(closed.terminal.left, 1);
});

Deno.test("a capture without any sample answers keys, and its end stays on the screen", async () => {
  const { terminal, shown, end } = watchProfile(new Profile(METADATA), 80, 24);
  await terminal.until((text) => text.includes("no samples yet"));
  for (const key of ["2", "3", "4", "5", "6", "\r", "j", "\x1b[C", "w"]) terminal.type(key);
  await terminal.until((text) => text.includes("written: a.bin"));
  end();
  await terminal.until((text) => text.includes(" ended "));
  terminal.type("q");
  await shown;
});
