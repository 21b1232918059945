import { createHash } from "node:crypto";
import { escapeForMarkup } from "./markup.ts";

/** A fire, for the browser's tab. */
const ICON = "data:image/svg+xml," + (
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path fill='#d9622b' " +
  "d='M1 2h14v3H1zM1 6h9v3H1zM1 10h5v3H1z'/></svg>"
).replace(/[<>#]/g, encodeURIComponent);

/** What a page is made of, besides what it shows. */
export interface DocumentParts {
  /** Escaped for pages; not for markup. */
  readonly title: string;
  readonly script: string;
  readonly style: string;
  /** What says of a file which kind of page it is. */
  readonly generator?: string;
}

/**
 * A page from its beginning to `<body>`. The content policy allows this script and this style by their
 * hashes, and nothing else: no network, no other script, no handler or style in markup.
 */
export function beginDocument({ title, script, style, generator }: DocumentParts): string {
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const made = generator === undefined ? "" : `<meta name="generator" content="${generator}">\n`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
${made}<title>${escapeForMarkup(title)}</title>
<link rel="icon" href="${ICON}">
<style>${style}</style>
</head>
<body>`;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
