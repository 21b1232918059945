/** How lines are shown; remembered from page to page. */

const KEY = "tachyon-heatmap";

/** What can be on or off. */
const SWITCHES = ["hot", "bytecode", "special"] as const;
export type Switch = typeof SWITCHES[number];

interface Choices {
  metric: "self" | "total";
  hot: boolean;
  bytecode: boolean;
  special: boolean;
}

let choices: Choices = { metric: "self", hot: false, bytecode: false, special: false };

/** Recalls what was chosen last and shows it. */
export function chosen(): Readonly<Choices> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    if (typeof kept === "object" && kept !== null) choices = read(kept as Partial<Choices>);
  } catch {
    // A browser may refuse to remember anything, and what it remembers may be broken.
  }
  show();
  return choices;
}

function read(kept: Partial<Choices>): Choices {
  return {
    metric: kept.metric === "total" ? "total" : "self",
    hot: kept.hot === true,
    bytecode: kept.bytecode === true,
    special: kept.special === true,
  };
}

/** Wires the buttons. */
export function startChoices(): void {
  for (const name of SWITCHES) {
    document.getElementById(name)?.addEventListener("click", () => toggle(name));
  }
  for (const button of document.querySelectorAll<HTMLElement>("button[data-metric]")) {
    button.addEventListener("click", () => {
      change({ metric: button.dataset["metric"] === "total" ? "total" : "self" });
    });
  }
  show();
}

/** Own time or all time. */
export function metric(): "self" | "total" {
  return choices.metric;
}

/** Changes between own and all time. */
export function switchMetric(): void {
  change({ metric: choices.metric === "self" ? "total" : "self" });
}

/** Turns something on or off, if this page has it. */
export function toggle(name: Switch): void {
  if (document.getElementById(name) !== null) change({ [name]: !choices[name] });
}

function change(some: Partial<Choices>): void {
  const anchor = findAnchor();
  choices = { ...choices, ...some };
  show();
  anchor();
  try {
    localStorage.setItem(KEY, JSON.stringify(choices));
  } catch {
    // It holds until the page is closed.
  }
  dispatchEvent(new Event("look"));
}

/** Keeps the line that was looked at where it is while others come and go. */
function findAnchor(): () => void {
  const target = document.querySelector<HTMLElement>("tr:target");
  const before = target?.getBoundingClientRect().top ?? -1;
  if (target === null || before < 0 || before > innerHeight) return () => {};
  return () => scrollBy(0, target.getBoundingClientRect().top - before);
}

function show(): void {
  const root = document.documentElement.dataset;
  root["metric"] = choices.metric;
  for (const name of SWITCHES) {
    const there = document.getElementById(name);
    there?.setAttribute("aria-pressed", String(choices[name]));
    // A page without instructions has nothing to show of them.
    if (choices[name] && (there !== null || name === "hot")) root[name] = "";
    else delete root[name];
  }
  for (const button of document.querySelectorAll<HTMLElement>("button[data-metric]")) {
    if (button.dataset["metric"] === choices.metric) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}
