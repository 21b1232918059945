import { escapeForPage } from "./text.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that was made harmless to look at, for markup: between tags, or in a quoted attribute. */
export function escapeForMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** Untrusted text for markup. */
export function writeText(text: string): string {
  return escapeForMarkup(escapeForPage(text));
}
