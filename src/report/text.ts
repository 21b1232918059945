import { escapeForTerminal } from "../analysis/terminal_text.ts";

/**
 * Untrusted text for the page. The page shows text as text, never as markup; what is left to do is to
 * make visible what would hide or reorder it (bidi overrides, control and format characters), and to
 * see that it can be written as UTF-8.
 */
export function escapeForPage(text: string): string {
  return escapeForTerminal(text);
}

/** A piece of source: as {@link escapeForPage}, but its lines and tabs stay. */
export function escapeSource(text: string): string {
  return text.split("\n").map((line) => escapeForPage(line.replaceAll("\t", "    "))).join("\n");
}
