/**
 * `deno run -A scripts/live_screenshots.ts`: pictures of the live screen for `docs/screenshots/`, of the
 * example programs, as tmux shows it, on dark and on light ground.
 */
import { startBrowser } from "../tests/browser.ts";
import { PYTHONS, shellWords, SUBJECTS } from "../tests/e2e/subjects.ts";
import { startProgram } from "../tests/e2e/running_program.ts";
import { TmuxTerminal } from "../tests/live/tmux.ts";
import { repository } from "./repository.ts";
import { print } from "./shell.ts";

/** A program, how it is watched, and what is pictured: views and the keys that lead to them. */
interface Scene {
  readonly program: string;
  readonly options: readonly string[];
  /** What is on the screen once it is worth a picture. */
  readonly sign: string;
  readonly shots: readonly (readonly [name: string, keys: readonly string[]])[];
}

const scenes: readonly Scene[] = [
  {
    program: "orders.py",
    options: [],
    sign: "find_coupons",
    shots: [
      ["functions", ["1"]],
      ["flame", ["4", "Right", "Down", "Down", "Down", "Down"]],
      ["source", ["1", "/", ..."coup", "Enter", "Home", "Enter"]],
    ],
  },
  {
    program: "orders.py",
    options: ["--opcodes", "--include", "^price_items$"],
    sign: "price_items",
    shots: [["instructions", ["2"]]],
  },
  {
    program: "kitchen.py",
    options: ["--async-mode", "all"],
    sign: "wait_tables",
    shots: [["tasks", ["7"]]],
  },
];

/** Colours of xterm's 256 that lie in its cube and on its grey ramp. */
function colorOf(index: number): string {
  if (index >= 232) return `rgb(${[1, 1, 1].map(() => 8 + (index - 232) * 10).join()})`;
  const steps = [0, 95, 135, 175, 215, 255];
  const at = Math.max(0, index - 16);
  return `rgb(${
    [Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map((i) => steps[i]).join()
  })`;
}

/** How characters look, as the sequences before them left it. */
interface Look {
  bold: boolean;
  reverse: boolean;
  front: string | undefined;
  back: string | undefined;
}

/** What tmux shows, as a page. */
function renderPage(screen: string, light: boolean): string {
  const [paper, ink] = light ? ["#fdfdfc", "#1d1f21"] : ["#16181a", "#d8dadc"];
  let look: Look = { bold: false, reverse: false, front: undefined, back: undefined };
  const spans = screen.split("\x1b[").map((part, index) => {
    const end = index === 0 ? -1 : part.indexOf("m");
    if (end >= 0) look = follow(look, part.slice(0, end));
    const [front, back] = [look.front ?? ink, look.back ?? paper];
    const [color, background] = look.reverse ? [back, front] : [front, back];
    const style = `color:${color};background:${background}${look.bold ? ";font-weight:bold" : ""}`;
    const text = part.slice(end + 1).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    return `<span style="${style}">${text}</span>`;
  });
  return `<!doctype html><meta charset="utf-8"><style>body{margin:0;background:${paper}}
pre{font:15px/19px "DejaVu Sans Mono",monospace;padding:14px;margin:0;width:max-content}</style>
<pre>${spans.join("")}</pre>`;
}

/** Follows the codes that the screen and tmux use. */
function follow(look: Look, codes: string): Look {
  const next = { ...look };
  const numbers = codes.split(";").map(Number);
  for (let i = 0; i < numbers.length; i++) {
    const code = numbers[i]!;
    if (code === 0) {
      Object.assign(next, { bold: false, reverse: false, front: undefined, back: undefined });
    } else if (code === 1) next.bold = true;
    else if (code === 22) next.bold = false;
    else if (code === 7) next.reverse = true;
    else if (code === 27) next.reverse = false;
    else if (code === 39) next.front = undefined;
    else if (code === 49) next.back = undefined;
    else if (code === 38 || code === 48) {
      next[code === 38 ? "front" : "back"] = colorOf(numbers[i + 2]!);
      i += 2;
    }
  }
  return next;
}

const browser = await startBrowser();
const folder = await Deno.makeTempDir({ prefix: "shop-" });
for (const light of [false, true]) {
  for (const { program, options, sign, shots } of scenes) {
    await Deno.copyFile(`${repository}/examples/${program}`, `${folder}/${program}`);
    const path = PYTHONS.at(-1)!.path;
    await using running = await startProgram(path, [`${folder}/${program}`, "60"]);
    await using terminal = await TmuxTerminal.open(110, 28, repository);
    const words = shellWords(SUBJECTS.at(-1)!, [
      "top",
      "-r",
      "200",
      ...options,
      String(running.pid),
    ]);
    await terminal.enter(`COLORFGBG='${light ? "0;15" : "15;0"}' ${words}`);
    await terminal.until((text) => text.includes(sign));
    await new Promise((resolve) => setTimeout(resolve, 5000));
    for (const [name, keys] of shots) {
      await terminal.press(...keys);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const page = await browser.newPage({ deviceScaleFactor: 1 });
      await page.setContent(renderPage(await terminal.look("-e"), light));
      const file = `docs/screenshots/live-${name}-${light ? "light" : "dark"}.png`;
      await page.locator("pre").screenshot({ path: `${repository}/${file}` });
      await page.close();
      print(file);
    }
  }
}
await browser.close();
await Deno.remove(folder, { recursive: true });
