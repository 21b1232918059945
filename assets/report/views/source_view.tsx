import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { formatShare } from "../../../src/analysis/units.ts";
import type { PackageKind } from "../format.ts";
import { totalLines } from "../lines.ts";
import type { Model } from "../model.ts";
import { kindOf, selectFiles } from "../select_files.ts";
import { describeShare } from "../shares.ts";
import { SOURCE_NOTES } from "../source_notes.ts";
import { findSource, readLines, type SourceLine } from "../source_lines.ts";
import { Button } from "./button.tsx";
import { Code } from "./code.tsx";
import type { Page } from "./page.ts";

const KIND_NAMES: Readonly<Record<PackageKind, string>> = {
  project: "The program",
  library: "Packages",
  stdlib: "Standard library",
  interpreter: "Python",
};

/** Lines of code with the time they took. */
export function SourceView({ page }: { page: Page }): JSX.Element {
  const { model, state, derived, go } = page;
  const files = useMemo(() => selectFiles(model, derived.selection), [derived.selection]);
  const chosen = state.file !== undefined && state.file < model.header.files.length
    ? state.file
    : files[0]?.file;
  const all = derived.selection.samples;
  return (
    <div class="source">
      <nav class="files scrolls" aria-label="Files">
        <ul>
          {files.map(({ file, self }, index) => (
            <li
              key={file}
              data-kind={index > 0 && kindOf(model, files[index - 1]!.file) === kindOf(model, file)
                ? undefined
                : KIND_NAMES[kindOf(model, file)]}
            >
              <Button
                aria-current={file === chosen ? "true" : undefined}
                title={model.header.files[file]!.path}
                onClick={() => go({ file, line: undefined })}
              >
                <span class="number">
                  {formatShare(self / Math.max(1, all))}
                </span>
                <bdi>{model.header.files[file]!.short}</bdi>
              </Button>
            </li>
          ))}
        </ul>
      </nav>
      {chosen === undefined
        ? <p class="empty">No file has samples.</p>
        : <FileLines page={page} file={chosen} key={chosen} />}
    </div>
  );
}

function FileLines({ page, file }: { page: Page; file: number }): JSX.Element {
  const { model, derived, state, go } = page;
  const { selection } = derived;
  const totals = useMemo(() => totalLines(model, selection, file), [selection, file]);
  const lines = useMemo(() => listLines(model, file, totals.total), [file, totals]);
  const place = useRef<HTMLDivElement>(null);
  const hottest = useMemo(() => byHeat(totals.self, totals.total), [totals]);
  const focus = state.line ?? hottest[0];
  useEffect(() => {
    const around = place.current!;
    const row = around.querySelector(`[data-line="${focus}"]`)?.getBoundingClientRect();
    if (row === undefined) return;
    // Only the lines scroll: `scrollIntoView` would move the page with them.
    const middle = around.getBoundingClientRect().top + around.clientHeight / 2;
    around.scrollTop += row.top + row.height / 2 - middle;
  }, [focus, file]);
  const worth = derived.worth;
  const most = Math.max(1, ...totals.self.values());
  const source = findSource(model, file);
  const note = SOURCE_NOTES[source?.state ?? "missing"];
  const next = (): void => {
    const at = hottest.indexOf(state.line ?? hottest[0] ?? 0);
    go({ line: hottest[(at + 1) % hottest.length], file });
  };
  return (
    <section class="listing">
      <div class="subject">
        <bdi class="path">{model.header.files[file]!.path}</bdi>
        {note !== "" && (
          <span class={source?.state === "unproven" ? "faint note" : "warning"}>{note}</span>
        )}
        <Button id="next-line" onClick={next} disabled={hottest.length < 2}>
          Next hottest line
        </Button>
      </div>
      <div class="scrolls" ref={place} tabIndex={0}>
        <table class="code">
          <thead>
            <tr>
              <th scope="col" class="number">Self</th>
              <th scope="col" class="number">Total</th>
              <th scope="col" class="number">Line</th>
              <th scope="col">Code</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ line, source, gap }) => {
              const self = totals.self.get(line) ?? 0;
              const total = totals.total.get(line) ?? 0;
              const heat = Math.log1p(self) / Math.log1p(most);
              return (
                <tr
                  key={line}
                  data-line={line}
                  class={`${line === state.line ? "chosen" : ""} ${gap ? "gap" : ""}`}
                >
                  <td class="number">
                    {self > 0 && percent(model, self, selection.samples, worth)}
                  </td>
                  <td class="number faint">
                    {total > 0 && percent(model, total, selection.samples, worth)}
                  </td>
                  <th scope="row" class="number">
                    <Button class="link faint" onClick={() => go({ line, file })}>
                      {line}
                    </Button>
                  </th>
                  <td style={{ "--heat": self > 0 ? Math.max(0.08, heat) : 0 }}>
                    {source === undefined
                      ? <code class="faint">(source not carried)</code>
                      : <Code line={source} />}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function percent(model: Model, samples: number, all: number, worth: number): string {
  return describeShare(model, samples, all, worth).percent;
}

/** Lines by heat: own time first, then time in what they call. */
function byHeat(
  self: ReadonlyMap<number, number>,
  total: ReadonlyMap<number, number>,
): number[] {
  return [...total.keys()].sort((a, b) =>
    (self.get(b) ?? 0) - (self.get(a) ?? 0) || (total.get(b) ?? 0) - (total.get(a) ?? 0)
  );
}

interface Line {
  readonly line: number;
  readonly source: SourceLine | undefined;
  /** Lines before it are left out. */
  readonly gap: boolean;
}

/** The lines that the report carries, and those that ran. */
function listLines(
  model: Model,
  file: number,
  ran: ReadonlyMap<number, number>,
): Line[] {
  const source = findSource(model, file);
  const text = source === undefined ? new Map<number, SourceLine>() : readLines(source);
  const numbers = [...new Set([...text.keys(), ...ran.keys()])].sort((a, b) => a - b);
  return numbers.map((line, index) => ({
    line,
    source: text.get(line),
    gap: index > 0 && line !== numbers[index - 1]! + 1,
  }));
}
