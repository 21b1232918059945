import script from "../../assets/heatmap/built/heatmap.js" with { type: "text" };
import style from "../../assets/heatmap/built/heatmap.css" with { type: "text" };
import type { Facts } from "../../assets/report/format.ts";
import { describeOrigin, titleOf, trustLine } from "../../assets/report/headline.ts";
import { beginDocument } from "./document.ts";
import { escapeForMarkup } from "./markup.ts";

/** What says of a page that it belongs to a heat map, so that another may take its place. */
export const GENERATOR = "tachyon heatmap";

/** What one page of a heat map has to say. All but `path` is markup. */
export interface FrameParts {
  readonly kind: "index" | "file";
  /** What the page is of, escaped for pages, not for markup. */
  readonly title: string;
  /** Beside the title. */
  readonly beside: string;
  readonly tools: string;
  readonly toolbar: string;
  readonly body: Iterable<string>;
}

/** Keys by what they do; the page's script reads them from the sheet. */
const KEYS = {
  file: [
    ["/", "search in this file; Enter: next match, Shift+Enter: the one before"],
    ["n", "next hottest line"],
    ["p", "hottest line before"],
    ["s", "own time or all time"],
    ["h", "hot lines only, or all"],
    ["b", "instructions of all lines, where they were recorded"],
    ["c", "colours: heat, or special forms of instructions"],
    ["]", "next hottest file"],
    ["[", "hotter file"],
    ["u", "index of all files"],
    ["t", "light or dark"],
    ["?", "this sheet"],
  ],
  index: [
    ["/", "search for files"],
    ["s", "own time or all time"],
    ["e", "all folders open, or closed"],
    ["t", "light or dark"],
    ["?", "this sheet"],
  ],
} as const;

/** Puts a page together: what was measured at the top, then what it shows. */
export function* writeFrame(
  parts: FrameParts,
  facts: Facts,
  samples: number,
): Generator<string> {
  const { metadata } = facts;
  const loud = facts.notes.filter(({ level }) => level === "loud");
  const program = titleOf(metadata);
  yield beginDocument({
    title: parts.title === "" ? `${program} · tachyon` : `${parts.title} · ${program} · tachyon`,
    script,
    style,
    generator: GENERATOR,
  });
  const shown = parts.title === "" ? program : parts.title;
  const command = escapeForMarkup(metadata.command.join(" "));
  yield `
<script>${script}</script>
<header>
<div class="title">
<h1 title="${parts.title === "" ? command : escapeForMarkup(shown)}"><bdi>${
    escapeForMarkup(shown)
  }</bdi></h1>
<p class="faint">${parts.beside || escapeForMarkup(describeOrigin(metadata))}</p>
<div class="tools">${parts.tools}<button type="button" class="plain" id="theme" title="Light or dark (t)">Dark</button><button type="button" class="plain" id="help" title="All keys (?)">Keys</button></div>
</div>
<div class="trust${loud.length > 0 ? " loud" : ""}"><span class="sign" aria-hidden="true">${
    loud.length > 0 ? "!" : "✓"
  }</span>${escapeForMarkup(trustLine(facts, samples))}${
    loud.map(({ text }) => `<strong>${escapeForMarkup(text)}</strong>`).join("")
  }</div>
</header>
<div class="toolbar" role="toolbar" aria-label="View">${parts.toolbar}</div>
<main class="${parts.kind}">
`;
  yield* parts.body;
  yield `</main>
<dialog id="keys" aria-label="Keys"><dl class="keys">${
    KEYS[parts.kind].map(([key, what]) => `<div><dt><kbd>${key}</kbd><dd>${what}</div>`).join("")
  }</dl><form method="dialog"><button>Close</button></form></dialog>
<div id="tip" role="tooltip" hidden></div>
</body>
</html>
`;
}

/** The choice between own and all time. */
export const METRIC_TABS = `<div class="tabs" role="group" aria-label="Time">` +
  `<button type="button" data-metric="self" aria-current="true" title="Time in the line itself (s)">Self</button>` +
  `<button type="button" data-metric="total" title="Time in the line and all it calls (s)">Total</button></div>`;

/** The field for searches. */
export function writeSearch(what: string): string {
  return `<div class="search" role="search"><input id="search" type="search" placeholder="${what} (/)" ` +
    `aria-label="${what}" autocomplete="off" spellcheck="false"><output for="search"></output></div>`;
}
