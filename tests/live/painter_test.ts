import assert from "node:assert/strict";
import { Painter } from "../../src/live/painter.ts";
import { Screen } from "../../src/live/screen.ts";
import {
  choosePalette,
  type Palette,
  selected,
  sequenceOf,
  styleOf,
} from "../../src/live/style.ts";
import { createRandom } from "../../src/sampler/schedule.ts";
import { Emulator } from "./emulator.ts";

const PALETTES: readonly Palette[] = [
  { depth: "256", light: false },
  { depth: "16", light: true },
  { depth: "none", light: false },
];
const WORDS = [
  "main",
  "読む",
  "a",
  "é",
  "e\u0301x",
  "…",
  "█▌",
  "x".repeat(30),
  "\x1b[31m",
  "\u202eabc",
];
const ROLES = ["text", "dim", "hot", "flame2"] as const;

/** A picture with a few words at random places. */
function scatter(random: () => number, screen: Screen): Screen {
  for (let i = 0; i < 12; i++) {
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    const x = Math.floor(random() * screen.width);
    const y = Math.floor(random() * screen.height);
    screen.put(x, y, pick(WORDS), styleOf(pick(ROLES)), Math.floor(random() * 20));
    if (random() < 0.2) screen.paint(x, y, 5, selected);
  }
  return screen;
}

for (const palette of PALETTES) {
  Deno.test(`a terminal shows each picture as it was drawn, in ${palette.depth} colours`, () => {
    const random = createRandom(7);
    const painter = new Painter(palette);
    const terminal = new Emulator(40, 8);
    for (let round = 0; round < 400; round++) {
      if (round % 50 === 49) painter.forget();
      const screen = scatter(random, new Screen(40, 8));
      terminal.send(painter.draw(screen));
      assert.equal(terminal.text(), screen.text());
      for (const [cell, glyph] of screen.glyphs.entries()) {
        if (glyph === "" || glyph === " " && terminal.styles[cell] === "") continue;
        assert.equal(terminal.styles[cell], sequenceOf(screen.styles[cell]!, palette));
      }
    }
  });
}

Deno.test("nothing is sent for a picture that has not changed, and little for a digit", () => {
  const painter = new Painter(PALETTES[0]!);
  const draw = (count: number): Screen => {
    const screen = new Screen(200, 60);
    for (let y = 0; y < 60; y++) screen.put(0, y, "some text that stays as it is", styleOf("dim"));
    screen.put(50, 5, String(count), styleOf("hot"));
    return screen;
  };
  painter.draw(draw(1));
  assert.equal(painter.draw(draw(1)), "");
  assert.ok(painter.draw(draw(2)).length < 40);
});

Deno.test("text of the target cannot leave its place or send a sequence of its own", () => {
  const screen = new Screen(30, 3);
  screen.put(2, 1, "evil\x1b[2J\r\n\u202e" + "x".repeat(100), styleOf("text"), 10);
  const text = new Painter(PALETTES[2]!).draw(screen);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text.replaceAll(/\x1b\[[0-9;]*[HJm]/g, ""), /[\x00-\x1f\u202e]/);
  assert.equal(text.split("\x1b[2J").length, 2, "the picture's own one alone");
  assert.equal(screen.text().split("\n")[1]?.length, 12);
});

Deno.test("colours follow what a terminal says of itself", () => {
  const choose = (env: Record<string, string>): Palette => choosePalette((name) => env[name]);
  assert.equal(choose({ TERM: "xterm-256color" }).depth, "256");
  assert.equal(choose({ TERM: "xterm" }).depth, "16");
  assert.equal(choose({ TERM: "xterm", COLORTERM: "truecolor" }).depth, "256");
  assert.equal(choose({ TERM: "xterm-256color", NO_COLOR: "1" }).depth, "none");
  assert.equal(choose({ TERM: "dumb" }).depth, "none");
  assert.equal(choose({}).depth, "none");
  assert.equal(choose({ TERM: "xterm", COLORFGBG: "0;15" }).light, true);
  assert.equal(choose({ TERM: "xterm", COLORFGBG: "15;0" }).light, false);
});
