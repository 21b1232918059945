/** The panel of instructions: which ones a function or line was found at while it ran itself. */

import { formatCount, formatShare } from "../analysis/units.ts";
import { listOpcodes, type Opcode } from "../profile/opcodes.ts";
import type { InstructionCount } from "./figures.ts";
import { heat } from "./heat.ts";
import type { Row } from "./rows.ts";
import type { Area, Scene } from "./scene.ts";
import type { Screen } from "./screen.ts";
import { DIM, styleOf, TEXT } from "./style.ts";

/** Instructions shown at most. */
const MOST = 8;
const BAR = 12;
/** Narrowest screens that have room for the bar, and for what an instruction is a special form of. */
const WITH_BAR = 80;
const WITH_BASE = 100;

/**
 * Draws the panel at the lower end of an area, where instructions were recorded and are wanted.
 * @returns the rows that it took.
 */
export function drawInstructions(screen: Screen, area: Area, scene: Scene, row: Row): number {
  const { model, profile, observer, figures } = scene;
  if (!model.instructions || profile.metadata.features?.opcodes !== true) return 0;
  const counts = observer.instructionsOf(figures, row);
  const room = Math.floor((area.bottom - area.top) / 2) - 1;
  // On a low screen the rows are worth more than to say so.
  if (counts.length === 0 && room < MOST / 2) return 0;
  const shown = counts.slice(0, Math.max(0, Math.min(MOST, room)));
  const top = area.bottom - shown.length;
  const names = listOpcodes(profile.metadata.pythonVersion);
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  const nothing = row.self > 0 ? " not known of what ran " : " it only calls others ";
  drawTitle(screen, top, row, counts.length > 0 ? describeSpecial(counts, names) : nothing);
  shown.forEach(({ opcode, count }, i) => {
    const y = top + 1 + i;
    const { name = "", base = "" } = names[opcode] ?? {};
    const special = name !== base;
    const share = count / all;
    screen.putLeftOf(8, y, formatShare(share), heat(share));
    let x = 10;
    if (screen.width >= WITH_BAR) {
      screen.bar(x, y, BAR, share, styleOf(special ? "special" : "bar"), styleOf("track"));
      x += BAR + 1;
    }
    const end = x + 9;
    screen.putLeftOf(end, y, formatCount(count), DIM);
    const shownName = name === "" ? `opcode ${opcode}` : name;
    const after = screen.put(end + 1, y, shownName, special ? styleOf("special") : TEXT);
    if (special && screen.width >= WITH_BASE) {
      screen.put(after + 2, y, `special form of ${base}`, DIM);
    }
  });
  return shown.length + 1;
}

function drawTitle(screen: Screen, y: number, row: Row, special: string): void {
  for (let x = 0; x < screen.width; x++) screen.put(x, y, "─", styleOf("track"), 1);
  const room = screen.width - special.length - 6;
  screen.put(2, y, ` instructions of ${row.name} `, styleOf("title"), room);
  screen.putLeftOf(screen.width - 2, y, special, DIM);
}

/** How far the interpreter has specialised what runs, of the instructions that it can. */
function describeSpecial(
  counts: readonly InstructionCount[],
  names: readonly Opcode[],
): string {
  const able = new Set(names.filter(({ name, base }) => name !== base).map(({ base }) => base));
  let [special, possible] = [0, 0];
  for (const { opcode, count } of counts) {
    const { name, base } = names[opcode] ?? { name: "", base: "" };
    if (!able.has(base)) continue;
    possible += count;
    if (name !== base) special += count;
  }
  return possible === 0 ? "" : ` ${formatShare(special / possible)} in special forms `;
}
