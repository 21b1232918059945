import type { Theme } from "./color.ts";

const KEY = "tachyon-theme";

/** Sets the page to the theme that was chosen last, or the system's. */
export function startTheme(): void {
  document.documentElement.dataset["theme"] = readTheme();
}

/** The theme that was chosen last, or the system's. */
export function readTheme(): Theme {
  const chosen = recall();
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Sets a theme and remembers it. */
export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A browser may refuse to remember anything; the theme holds until the page is closed.
  }
}

function recall(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
