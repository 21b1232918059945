import type { JSX } from "preact";
import type { SourceLine } from "../source_lines.ts";

/** A line of source in its colours. */
export function Code({ line: { text, tokens } }: { line: SourceLine }): JSX.Element {
  const parts: (JSX.Element | string)[] = [];
  let at = 0;
  for (const { from, to, kind } of tokens) {
    if (from > at) parts.push(text.slice(at, from));
    parts.push(<span key={from} class={kind}>{text.slice(from, to)}</span>);
    at = to;
  }
  parts.push(text.slice(at));
  return <code>{parts}</code>;
}
