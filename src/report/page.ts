import { createHash } from "node:crypto";
import script from "../../assets/report/built/report.js" with { type: "text" };
import style from "../../assets/report/built/report.css" with { type: "text" };

/** Bytes of data that become one piece of base64. */
const PIECE = 3 << 14;

/** A fire, for the browser's tab. */
const ICON = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><g fill="#d9622b">' +
    '<rect x="1" y="2" width="14" height="3" rx="1"/><rect x="1" y="6" width="9" height="3" rx="1"/>' +
    '<rect x="1" y="10" width="5" height="3" rx="1"/></g></svg>',
);

/**
 * The report's page: script, style and data in one file. The content policy allows this script and this
 * style by their hashes, and nothing else: no network, no other script, no handler in markup. Data is
 * base64, so no text of the target ever stands in the markup.
 * @param data what `packProfile` returned.
 */
export function* assemblePage(data: Uint8Array): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  yield encoder.encode(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>tachyon report</title>
<link rel="icon" href="${ICON}">
<style>${style}</style>
</head>
<body>
<div id="app"><p class="loading">Reading the profile…</p></div>
<noscript><p class="loading">This report draws itself with a script that it carries along. Scripts are switched off in this browser.</p></noscript>
<script type="application/octet-stream" id="profile">`);
  for (let at = 0; at < data.length; at += PIECE) {
    yield encoder.encode(encodeBase64(data.subarray(at, at + PIECE)));
  }
  yield encoder.encode(`</script>\n<script type="module">${script}</script>\n</body>\n</html>\n`);
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 1 << 13) {
    binary += String.fromCharCode(...bytes.subarray(at, at + (1 << 13)));
  }
  return btoa(binary);
}
