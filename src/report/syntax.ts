import { highlightTree, tagHighlighter, tags } from "@lezer/highlight";
import { parser } from "@lezer/python";

/** A coloured piece of a source. */
export interface Token {
  /** Offsets into the text. */
  readonly from: number;
  readonly to: number;
  /** What it is: a class of the page's style. */
  readonly kind: string;
}

/** Time after which a source is left without colours, ms: the text may be made to be slow to parse. */
const LONGEST_PARSE_MS = 3000;

const HIGHLIGHTER = tagHighlighter([
  { tag: [tags.keyword, tags.operatorKeyword, tags.self], class: "kw" },
  { tag: [tags.bool, tags.null], class: "kw" },
  { tag: [tags.string, tags.special(tags.string), tags.escape], class: "str" },
  { tag: [tags.lineComment, tags.comment], class: "com" },
  { tag: tags.number, class: "num" },
  { tag: [tags.definition(tags.variableName), tags.definition(tags.className)], class: "" },
  { tag: tags.function(tags.definition(tags.variableName)), class: "def" },
  { tag: tags.definition(tags.className), class: "def" },
  { tag: tags.meta, class: "meta" },
]);

/** Finds what to colour in a Python source, in order. A text that is no Python has few or no tokens. */
export function colorPython(text: string): Token[] {
  const tokens: Token[] = [];
  const end = performance.now() + LONGEST_PARSE_MS;
  try {
    const parse = parser.startParse(text);
    for (let tree = parse.advance();; tree = parse.advance()) {
      if (tree !== null) {
        highlightTree(tree, HIGHLIGHTER, (from, to, kind) => {
          if (kind !== "") tokens.push({ from, to, kind: kind.split(" ")[0]! });
        });
        return tokens;
      }
      if (performance.now() > end) return [];
    }
  } catch (error) {
    // Its walk over the tree recurses; no source that somebody wrote is so deep.
    if (error instanceof RangeError) return [];
    throw error;
  }
}
