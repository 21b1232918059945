import script from "../../assets/report/built/report.js" with { type: "text" };
import style from "../../assets/report/built/report.css" with { type: "text" };
import { beginDocument } from "./document.ts";
import type { PackedReport } from "./pack.ts";

/** Bytes of data that become one piece of base64. */
const PIECE = 3 << 14;

/**
 * The report's page: script, style and data in one file. The content policy allows this script and this
 * style by their hashes, and nothing else: no network, no other script, no handler in markup. Data is
 * base64, so no text of the target ever stands in the markup.
 */
export function* assemblePage({ names, glimpse, tree }: PackedReport): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(`${beginDocument({ title: "tachyon report", script, style })}
<div id="app"><p class="loading">Reading the profile…</p></div>
<noscript><p class="loading">This report draws itself with a script that it carries along. Scripts are switched off in this browser.</p></noscript>
`);
  for (const [id, part] of Object.entries({ profile: names, glimpse, tree })) {
    if (part === undefined) continue;
    yield encoder.encode(`<script type="application/octet-stream" id="${id}">`);
    for (let at = 0; at < part.length; at += PIECE) {
      yield encoder.encode(encodeBase64(part.subarray(at, at + PIECE)));
    }
    yield encoder.encode("</script>\n");
  }
  yield encoder.encode(`<script type="module">${script}</script>\n</body>\n</html>\n`);
}

function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 1 << 13) {
    binary += String.fromCharCode(...bytes.subarray(at, at + (1 << 13)));
  }
  return btoa(binary);
}
