import type { JSX } from "preact";
import type { Scale } from "../../../src/analysis/difference_significance.ts";
import { formatCount, formatCounted, formatTime } from "../../../src/analysis/units.ts";
import type { BoxChange } from "../difference.ts";
import { titleOf } from "../headline.ts";
import type { Side } from "../model.ts";
import { Button } from "./button.tsx";
import type { Page } from "./page.ts";

const SIDE_NAMES: Readonly<Record<Side, string>> = { current: "Now", base: "Before" };
const SCALE_NAMES: Readonly<Record<Scale, string>> = { share: "Share", time: "Time" };

/** The line between two profiles: which is shown, by what they are compared, and what came of it. */
export function Comparison({ page }: { page: Page }): JSX.Element | null {
  const { model, state, derived, go } = page;
  const { other } = model;
  if (other === undefined) return null;
  const base = other.side === "base" ? model : other.model;
  const by = other.stretch > 0 ? state.by : "share";
  return (
    <div class="comparison">
      <span class="switch" role="group" aria-label="Profile">
        {(["base", "current"] as const).map((side) => (
          <Button
            key={side}
            aria-pressed={other.side === side}
            title="The other profile (b)"
            onClick={() => go({ side })}
          >
            {SIDE_NAMES[side]}
          </Button>
        ))}
      </span>
      {other.stretch > 0 && (
        <span class="switch" role="group" aria-label="Compared by">
          {(["share", "time"] as const).map((scale) => (
            <Button
              key={scale}
              aria-pressed={by === scale}
              onClick={() => go({ by: scale })}
            >
              {SCALE_NAMES[scale]}
            </Button>
          ))}
        </span>
      )}
      <span class="verdict" aria-live="polite">{describe(page)}</span>
      <span class="faint wide">
        Before: <bdi>{titleOf(base.header.facts.metadata)}</bdi>,{" "}
        {formatCounted(base.samples, "sample")}
        {by === "time" && other.stretch !== 1 &&
          `, times multiplied by ${other.stretch.toPrecision(3)}`}
      </span>
      {derived.compared === undefined && (
        <Button
          class="plain"
          onClick={() => go({ without: [], range: undefined })}
        >
          Compare all
        </Button>
      )}
    </div>
  );
}

function describe({ derived: { compared }, model }: Page): string {
  if (compared === undefined) return "Some threads or some of the time cannot be compared.";
  const { significant, alone, knowsNoise } = compared.picture;
  if (!knowsNoise) return "Nothing is known of the noise, so nothing is marked.";
  if (significant === 0) return "No box differs beyond the noise of sampling.";
  const gone = model.other!.side === "base" ? "gone now" : "new";
  const differ = `${formatCount(significant)} ${
    significant === 1 ? "box differs" : "boxes differ"
  }`;
  return `${differ} beyond noise${alone > 0 ? `, ${formatCount(alone)} of them ${gone}` : ""}.`;
}

/** What became of a box, for its tooltip. */
export function ChangeRows(
  { change, by, side }: { change: BoxChange; by: Scale; side: Side },
): JSX.Element {
  return (
    <>
      {(["total", "self"] as const).map((part) => {
        const { before, after, interval } = change[part];
        const beyond = change[`${part}Significant`];
        return (
          <tr key={part} class="change">
            <th>{part} before → now</th>
            <td colSpan={3}>
              {`${show(before, by)} → ${show(after, by)}, `}
              <b class={beyond ? (after > before ? "more" : "less") : ""}>
                {showSigned(after - before, by)}
              </b>
              {interval !== undefined && (
                <span class="faint">
                  {` (${showSigned(interval.low, by)} … ${showSigned(interval.high, by)})`}
                </span>
              )}
              {!beyond && <span class="faint">, within noise</span>}
            </td>
          </tr>
        );
      })}
      {!change.shared && (
        <tr class="change">
          <th>{side === "base" ? "gone" : "new"}</th>
          <td colSpan={3}>the other profile has no such stack</td>
        </tr>
      )}
    </>
  );
}

function show(value: number, by: Scale): string {
  return by === "share" ? `${(value * 100).toFixed(1)}%` : formatTime(rough(value));
}

/** A difference with its sign, in points of a percentage or as a time: `+2.3 pt`, `−120 ms`. */
export function showSigned(value: number, by: Scale): string {
  const size = Math.abs(value);
  const text = by === "share" ? `${(size * 100).toFixed(1)} pt` : formatTime(rough(size));
  if (/^0(\.0)? /.test(text)) return text;
  return `${value < 0 ? "−" : "+"}${text}`;
}

function rough(us: number): number {
  return us === 0 ? 0 : Number(us.toPrecision(3));
}
