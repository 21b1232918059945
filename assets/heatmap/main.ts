/** What the pages of a heat map do; without it they are read all the same. */

import { chooseTheme, readTheme, startTheme } from "../report/theme.ts";
import { startCalls } from "./calls.ts";
import { chosen, startChoices, switchMetric, toggle } from "./choices.ts";
import { stepHottest } from "./hottest.ts";
import { startFolders } from "./folders.ts";
import { startInstructions } from "./instructions.ts";
import { type Keys, startKeys } from "./keys.ts";
import { startMinimap } from "./minimap.ts";
import { startFileSearch, startLineSearch } from "./search.ts";
import { startTip } from "./tip.ts";

// Before anything is drawn.
startTheme();
chosen();
document.addEventListener("DOMContentLoaded", start);

function start(): void {
  const isIndex = document.querySelector("main.index") !== null;
  startTip();
  startChoices();
  labelTheme();
  click("theme", switchTheme);
  click("help", openHelp);
  const common: Keys = { t: switchTheme, s: switchMetric, "?": openHelp };
  if (isIndex) {
    const fold = startFolders();
    startKeys({ ...common, e: fold }, startFileSearch());
    return;
  }
  startCalls();
  startInstructions();
  startMinimap();
  const next = (): void => stepHottest(1);
  click("next", next);
  startKeys({
    ...common,
    n: next,
    p: () => stepHottest(-1),
    h: () => toggle("hot"),
    b: () => toggle("bytecode"),
    c: () => toggle("special"),
    u: () => document.getElementById("index")?.click(),
    "]": () => document.getElementById("colder")?.click(),
    "[": () => document.getElementById("hotter")?.click(),
  }, startLineSearch());
}

function switchTheme(): void {
  chooseTheme(readTheme() === "dark" ? "light" : "dark");
  labelTheme();
  dispatchEvent(new Event("look"));
}

function labelTheme(): void {
  const button = document.getElementById("theme");
  if (button !== null) button.textContent = readTheme() === "dark" ? "Light" : "Dark";
}

function openHelp(): void {
  document.querySelector<HTMLDialogElement>("#keys")?.showModal();
}

function click(id: string, act: () => void): void {
  document.getElementById(id)?.addEventListener("click", act);
}
