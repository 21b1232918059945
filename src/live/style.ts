/** What a cell looks like, by what it means; how that is said to a terminal is the palette's matter. */

const ROLES = [
  "text",
  "dim",
  "title",
  "accent",
  "hot",
  "warm",
  "special",
  "good",
  "bad",
  "key",
  "bar",
  "track",
  "flame0",
  "flame1",
  "flame2",
  "flame3",
  "flame4",
  "flame5",
] as const;
export type Role = typeof ROLES[number];

/** A role with flags: what each cell of a screen keeps. */
export type Style = number;

const BOLD = 64;
const REVERSE = 128;
const ROLE = 63;

/** Makes a style. */
export function styleOf(role: Role, how: { bold?: boolean; reverse?: boolean } = {}): Style {
  return ROLES.indexOf(role) | (how.bold ? BOLD : 0) | (how.reverse ? REVERSE : 0);
}

/** The same style as a selected row shows it. */
export function selected(style: Style): Style {
  return style | REVERSE;
}

export const TEXT: Style = styleOf("text");
export const DIM: Style = styleOf("dim");
export const FLAMES: readonly Style[] = ([0, 1, 2, 3, 4, 5] as const).map((i) =>
  styleOf(`flame${i}`)
);

/** How many colours a terminal shows, and on what ground. */
export interface Palette {
  readonly depth: "none" | "16" | "256";
  readonly light: boolean;
}

/** Colours of 16, and of 256 on dark and on light ground (ECMA-48 SGR; xterm's 256 colours). */
const COLORS: Readonly<Record<Role, readonly [basic: string, dark: string, light: string]>> = {
  text: ["", "", ""],
  dim: ["90", "38;5;246", "38;5;242"],
  title: ["1", "1;38;5;255", "1;38;5;16"],
  accent: ["36", "38;5;80", "38;5;25"],
  hot: ["31", "38;5;209", "38;5;160"],
  warm: ["33", "38;5;221", "38;5;130"],
  special: ["35", "38;5;176", "38;5;90"],
  good: ["32", "38;5;114", "38;5;28"],
  bad: ["1;31", "1;38;5;203", "1;38;5;124"],
  key: ["1;36", "1;38;5;80", "1;38;5;25"],
  bar: ["36", "38;5;80", "38;5;31"],
  track: ["90", "38;5;238", "38;5;252"],
  flame0: ["30;41", "38;5;16;48;5;209", "38;5;16;48;5;216"],
  flame1: ["30;43", "38;5;16;48;5;221", "38;5;16;48;5;222"],
  flame2: ["30;42", "38;5;16;48;5;150", "38;5;16;48;5;151"],
  flame3: ["30;46", "38;5;16;48;5;116", "38;5;16;48;5;153"],
  flame4: ["30;45", "38;5;16;48;5;182", "38;5;16;48;5;183"],
  flame5: ["30;47", "38;5;16;48;5;250", "38;5;16;48;5;252"],
};

/** Of the 16, those that are too faint on light ground, and what stands for them there. */
const BASIC_ON_LIGHT: Partial<Record<Role, string>> = {
  accent: "34",
  key: "1;34",
  bar: "34",
  warm: "35",
  track: "37",
};

/** What a terminal without colours shows of a role. */
const PLAIN: Partial<Record<Role, string>> = { title: "1", key: "1", bad: "1", hot: "1" };

/** The escape sequence that sets a style, whatever was set before. */
export function sequenceOf(style: Style, { depth, light }: Palette): string {
  const role = ROLES[style & ROLE]!;
  const color = depth === "none"
    ? PLAIN[role] ?? (role.startsWith("flame") && Number(role.slice(5)) % 2 === 0 ? "7" : "")
    : depth === "16"
    ? (light ? BASIC_ON_LIGHT[role] : undefined) ?? COLORS[role][0]
    : COLORS[role][light ? 2 : 1];
  const codes = ["0", color, style & BOLD ? "1" : "", style & REVERSE ? "7" : ""];
  return `\x1b[${codes.filter((code) => code !== "").join(";")}m`;
}

/** What a terminal shows, by the environment it describes itself with (NO_COLOR, TERM, COLORTERM, COLORFGBG). */
export function choosePalette(
  env: (name: string) => string | undefined,
  windows = Deno.build.os === "windows",
): Palette {
  // Consoles of Windows 10 and later show 256 colours and have no such name.
  const term = env("TERM") ?? (windows ? "windows-256color" : "");
  const ground = env("COLORFGBG")?.split(";").at(-1);
  const light = ground === "7" || ground === "15";
  if ((env("NO_COLOR") ?? "") !== "" || term === "dumb" || term === "") {
    return { depth: "none", light };
  }
  const many = /256|direct|kitty|alacritty|ghostty|wezterm/.test(term) ||
    (env("COLORTERM") ?? "") !== "";
  return { depth: many ? "256" : "16", light };
}

/** Whether a terminal can be asked for its ground: it has not said, and does not print what it is asked. */
export function canSayGround(env: (name: string) => string | undefined): boolean {
  const term = env("TERM") ?? "";
  return (env("COLORFGBG") ?? "") === "" && !["", "dumb", "linux"].includes(term) &&
    choosePalette(env).depth !== "none";
}
