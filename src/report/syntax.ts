import type { highlightTree } from "@lezer/highlight";

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

type Tree = Parameters<typeof highlightTree>[0];

/** The parser, when it is there. */
interface Syntax {
  startParse(text: string): { advance(): Tree | null };
  highlight(tree: Tree, put: (from: number, to: number, kind: string) => void): void;
}
let syntax: Syntax | undefined;

/**
 * Loads the parser, which takes longer than all else that a command needs to start: only pages with
 * sources wait for it. {@link colorPython} needs it.
 */
export async function loadSyntax(): Promise<void> {
  if (syntax !== undefined) return;
  const [{ highlightTree, tagHighlighter, tags }, { parser }] = await Promise.all([
    import("@lezer/highlight"),
    import("@lezer/python"),
  ]);
  const highlighter = tagHighlighter([
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
  syntax = {
    startParse: (text) => parser.startParse(text),
    highlight: (tree, put) => highlightTree(tree, highlighter, put),
  };
}

/** Finds what to colour in a Python source, in order. A text that is no Python has few or no tokens. */
export function colorPython(text: string): Token[] {
  if (syntax === undefined) throw new Error("sources are coloured before the parser is loaded");
  const tokens: Token[] = [];
  const end = performance.now() + LONGEST_PARSE_MS;
  try {
    const parse = syntax.startParse(text);
    for (let tree = parse.advance();; tree = parse.advance()) {
      if (tree !== null) {
        syntax.highlight(tree, (from, to, kind) => {
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
