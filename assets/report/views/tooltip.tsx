import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Scale } from "../../../src/analysis/difference_significance.ts";
import type { BoxChange } from "../difference.ts";
import { linesOfFunction, linesOfNode, opcodesOfNode } from "../lines.ts";
import type { Side } from "../model.ts";
import { nameOf, packageIndexOf, pathOf } from "../names.ts";
import { describeShare } from "../shares.ts";
import { findLine, findSource } from "../source_lines.ts";
import { SOURCE_NOTES } from "../source_notes.ts";
import type { Tree } from "../tree.ts";
import { Code } from "./code.tsx";
import { ChangeRows } from "./comparison.tsx";
import type { Page } from "./page.ts";

/** Distance from the pointer, px. */
const AWAY = 14;
/** Instructions listed. */
const MOST_OPCODES = 6;
/** Source lines shown on either side of the hottest. */
const AROUND = 2;

interface TooltipProps {
  readonly page: Page;
  readonly tree: Tree;
  readonly node: number;
  readonly x: number;
  readonly y: number;
}

/** What is known of the box under the pointer. */
export function Tooltip({ page, tree, node, x, y }: TooltipProps): JSX.Element {
  const { model, derived } = page;
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { offsetWidth, offsetHeight, style } = place.current!;
    const left = x + AWAY + offsetWidth > innerWidth ? x - AWAY - offsetWidth : x + AWAY;
    const top = y + AWAY + offsetHeight > innerHeight ? y - AWAY - offsetHeight : y + AWAY;
    style.left = `${Math.max(4, Math.min(left, innerWidth - offsetWidth - 4))}px`;
    style.top = `${Math.max(4, top)}px`;
  });
  const key = tree.key[node]!;
  const all = tree.total[0]!;
  const total = describeShare(model, tree.total[node]!, all, derived.worth);
  const self = describeShare(model, tree.self[node]!, all, derived.worth);
  const above = node > 0 ? tree.total[tree.parent[node]!]! : all;
  const ofCaller = describeShare(model, tree.total[node]!, above, derived.worth);
  const change = describeChange(page, tree, node);
  const relation = page.state.inverted ? "of what it called" : "of its caller";
  return (
    <div class="tooltip" role="tooltip" ref={place}>
      <p class="name">{node === 0 ? "All samples" : nameOf(model, tree.grouping, key)}</p>
      {node > 0 && <Place page={page} tree={tree} node={node} />}
      <table>
        <tbody>
          <tr>
            <th>total</th>
            <td>{total.percent}</td>
            <td class="faint">{total.margin}</td>
            <td>{total.time}</td>
          </tr>
          <tr>
            <th>self</th>
            <td>{self.percent}</td>
            <td class="faint">{self.margin}</td>
            <td>{self.time}</td>
          </tr>
          {node > 0 && tree.parent[node]! > 0 && (
            <tr>
              <th>{relation}</th>
              <td>{ofCaller.percent}</td>
            </tr>
          )}
          {change !== undefined && <ChangeRows {...change} />}
        </tbody>
      </table>
      {node > 0 && tree.grouping === "function" && model.other?.side !== "base" && (
        <>
          <HotLines page={page} tree={tree} node={node} />
          <Opcodes page={page} tree={tree} node={node} />
        </>
      )}
    </div>
  );
}

/** What became of a box of the picture; other pictures are not compared. */
function describeChange(
  { derived: { compared, shown }, model }: Page,
  tree: Tree,
  node: number,
): { change: BoxChange; by: Scale; side: Side } | undefined {
  if (compared === undefined || tree !== shown || node === 0) return undefined;
  const { picture } = compared;
  return { change: picture.changeOf(node), by: picture.by, side: model.other!.side };
}

function Place({ page: { model }, tree, node }: Omit<TooltipProps, "x" | "y">): JSX.Element {
  const key = tree.key[node]!;
  const { name, kind } = model.header.packages[packageIndexOf(model, tree.grouping, key)]!;
  const path = pathOf(model, tree.grouping, key);
  const line = tree.grouping === "function" ? model.functionLine[key]! : 0;
  const origin = { project: "", library: " (library)", stdlib: " (standard library)" }[
    kind as string
  ] ?? "";
  return (
    <p class="faint place">
      {path !== "" && <bdi>{line > 0 ? `${path}:${line}` : path}</bdi>}
      {path !== "" && " · "}
      {name + origin}
    </p>
  );
}

/** The instructions that ran most, where they were recorded. */
function Opcodes({ page, tree, node }: Omit<TooltipProps, "x" | "y">): JSX.Element | null {
  const { model, derived } = page;
  const found = useMemo(() => opcodesOfNode(model, derived.selection, tree, node), [tree, node]);
  if (found.length === 0) return null;
  const all = found.reduce((sum, [, samples]) => sum + samples, 0);
  return (
    <p class="opcodes">
      {found.slice(0, MOST_OPCODES).map(([name, samples]) => (
        <span key={name}>
          <i>{Math.round(samples * 100 / all)}%</i> {name}
        </span>
      ))}
    </p>
  );
}

/** The lines round the one where most of the time is. */
function HotLines({ page, tree, node }: Omit<TooltipProps, "x" | "y">): JSX.Element | null {
  const { model, derived } = page;
  const lines = useMemo(() => {
    const found = tree.nodeOf.length > 0
      ? linesOfNode(model, derived.selection, tree, node)
      : linesOfFunction(model, derived.selection, tree.key[node]!);
    return [...found].sort((a, b) => b[1] - a[1]);
  }, [tree, node]);
  const hottest = lines[0];
  if (hottest === undefined) return null;
  const file = model.functionFile[tree.key[node]!]!;
  const counts = new Map(lines);
  const shown = [];
  for (let line = hottest[0] - AROUND; line <= hottest[0] + AROUND; line++) {
    const source = findLine(model, file, line);
    if (source !== undefined) shown.push({ line, source });
  }
  const sum = lines.reduce((total, [, samples]) => total + samples, 0);
  if (shown.length === 0) {
    return <p class="faint">{`most often in line ${hottest[0]}`}</p>;
  }
  const note = SOURCE_NOTES[findSource(model, file)?.state ?? "missing"];
  return (
    <>
      {note !== "" && <p class="faint">{note}</p>}
      <pre class="lines">
      {shown.map(({ line, source }) => {
        const samples = counts.get(line) ?? 0;
        return (
          <div key={line} class={line === hottest[0] ? "hot" : ""}>
            <i>{samples > 0 ? `${Math.round(samples * 100 / sum)}%` : ""}</i>
            <b>{line}</b>
            <Code line={source} />
          </div>
        );
      })}
      </pre>
    </>
  );
}
