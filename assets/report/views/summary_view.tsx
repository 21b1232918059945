import type { ComponentChildren, JSX } from "preact";
import { recordsQuality } from "../../../src/analysis/trust.ts";
import {
  formatCount,
  formatCounted,
  formatRate,
  formatShare,
  formatTime,
} from "../../../src/analysis/units.ts";
import type { Facts } from "../format.ts";
import { formatDate, roughly } from "../headline.ts";
import type { Page } from "./page.ts";
import { ThreadTable } from "./thread_table.tsx";

const ENDINGS: Readonly<Record<Facts["summary"]["ending"], string>> = {
  "duration": "when the asked duration was over",
  "interrupted": "when it was interrupted",
  "continued": "when the next part of the capture began",
  "snapshot": "here, and went on",
  "max-size": "when an output was as large as it may be",
  "target-ended": "when the program ended",
  "target-replaced": "when the process started another program",
  "lost-access": "when access to the process was lost",
  "sampler-failed": "when sampling failed by a fault of its own",
};

const REASONS: Readonly<Record<Facts["trust"]["reasons"][number]["reason"], string>> = {
  "torn": "changed while being read",
  "unknown-edge": "caller and callee do not fit",
  "broken-chain": "incomplete",
  "unreadable": "unreadable",
  "too-deep": "too deep",
  "not-held": "could run while being read",
  "torn-task": "tasks that changed while being read",
};

const CONSISTENCIES: Readonly<Record<Facts["metadata"]["consistency"], string>> = {
  verified: "read while the program ran, and checked",
  exact: "read only while the program could not run",
  blocking: "read while the program was stopped",
};

/** Everything that is known of the capture. */
export function SummaryView({ page }: { page: Page }): JSX.Element {
  const { model } = page;
  const { facts } = model.header;
  return (
    <div class="summary scrolls" tabIndex={0}>
      {facts.notes.length > 0 && (
        <section class="notes">
          <h2>Before you believe it</h2>
          {facts.notes.map(({ level, text }) => <p key={text} class={level}>{text}</p>)}
        </section>
      )}
      <section>
        <h2>The program</h2>
        <dl>{describeProgram(facts)}</dl>
      </section>
      <section>
        <h2>The capture</h2>
        <dl>{describeCapture(facts, model.samples)}</dl>
      </section>
      <section>
        <h2>How sure it is</h2>
        <dl>{describeTrust(facts, model.samples)}</dl>
      </section>
      {model.header.threads.length > 0 && (
        <section class="whole">
          <h2>Threads</h2>
          <ThreadTable page={page} />
        </section>
      )}
    </div>
  );
}

function Item({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function describeProgram({ metadata }: Facts): JSX.Element {
  const unknown = "not recorded";
  return (
    <>
      <Item name="Command">
        <code>{metadata.command.join(" ") || unknown}</code>
      </Item>
      <Item name="Process">{metadata.pid || unknown}</Item>
      <Item name="Python">
        {metadata.pythonVersion || unknown}
        {metadata.freeThreaded && ", free-threaded"}
      </Item>
      <Item name="Profiled by">{`${metadata.tool} ${metadata.toolVersion}`}</Item>
    </>
  );
}

function describeCapture(
  { metadata, summary, quality, trust }: Facts,
  samples: number,
): JSX.Element {
  const isOurs = recordsQuality(metadata);
  return (
    <>
      <Item name="Samples">
        {formatCount(samples)}
        {trust.sampleUs > 0 && `, each stands for ${formatTime(roughly(trust.sampleUs))}`}
      </Item>
      <Item name="Measured">
        {!isOurs && metadata.intervalUs === 0
          ? "not recorded"
          : `${metadata.mode} time of ${metadata.allThreads ? "all threads" : "the main thread"}`}
      </Item>
      <Item name="Began">
        {metadata.startedAt === 0 ? "not recorded" : formatDate(metadata.startedAt)}
      </Item>
      {metadata.part !== undefined && (
        <Item name="Part">
          {`${formatCount(metadata.part.number)} of a longer capture, from ${
            formatTime(metadata.part.atUs)
          } on`}
        </Item>
      )}
      <Item name="Lasted">
        {summary.durationUs === 0
          ? "not recorded"
          : `${formatTime(roughly(summary.durationUs))}, ended ${ENDINGS[summary.ending]}`}
      </Item>
      <Item name="Rate">
        {trust.askedHz === 0 && "not recorded"}
        {trust.askedHz > 0 && quality.ticks > 0 && `${formatRate(trust.achievedHz)} of `}
        {trust.askedHz > 0 && `${formatRate(trust.askedHz)} asked`}
        {metadata.jitter !== undefined && (metadata.jitter ? ", at random points" : ", even steps")}
      </Item>
      <Item name="Stacks">{isOurs ? CONSISTENCIES[metadata.consistency] : "not recorded"}</Item>
      {metadata.features !== undefined && (
        <Item name="Shown besides Python">
          {(["native", "gc", "opcodes"] as const)
            .filter((name) => metadata.features![name]).join(", ") || "nothing"}
        </Item>
      )}
      {summary.collections !== undefined && (
        <Item name="Garbage collector">
          {formatCounted(summary.collections.count, "collection")} took{" "}
          {formatTime(roughly(summary.collections.durationUs))} (
          {formatShare(summary.collections.durationUs / Math.max(1, summary.durationUs))})
          {summary.collections.longest.length > 0 &&
            `; the longest: ${
              summary.collections.longest.slice(0, 5)
                .map(({ atUs, durationUs, generation }) =>
                  `${formatTime(roughly(durationUs))} at ${
                    formatTime(roughly(atUs))
                  } (generation ${generation})`
                ).join(", ")
            }`}
        </Item>
      )}
      {summary.stops !== undefined && (
        <Item name="Program stopped">
          for {formatTime(roughly(summary.stops.stoppedUs))} (
          {formatShare(summary.stops.stoppedUs / Math.max(1, summary.durationUs))})
        </Item>
      )}
    </>
  );
}

function describeTrust(
  { metadata, quality, trust, bias, independent }: Facts,
  samples: number,
): JSX.Element {
  if (quality.ticks === 0 || !recordsQuality(metadata)) {
    return <Item name="Losses">not recorded: the numbers are as the source gives them</Item>;
  }
  const rejected = quality.rejected.reduce((sum, count) => sum + count, 0);
  return (
    <>
      <Item name="Worth">
        {formatCount(Math.round(independent))} independent samples of {formatCount(samples)}{" "}
        (the ± of all shares)
      </Item>
      <Item name="Missed">
        {formatCounted(quality.missedTicks, "tick")}, {formatShare(trust.missed)}
      </Item>
      <Item name="Rejected">
        {formatCounted(rejected, "stack")}, {formatShare(trust.rejected)}
        {trust.reasons.length > 0 && `: ${
          trust.reasons.map(({ reason, count }) =>
            `${REASONS[reason]} ${formatShare(count / rejected)}`
          ).join(", ")
        }`}
      </Item>
      {quality.withheldTicks > 0 && (
        <Item name="Withheld">
          {formatCounted(quality.withheldTicks, "tick")}, {trust.withheldFor}
        </Item>
      )}
      {quality.dropped > 0 && <Item name="Dropped">{formatCounted(quality.dropped, "sample")}
      </Item>}
      <Item name="Against exact samples">{describeBias(bias)}</Item>
    </>
  );
}

function describeBias(bias: Facts["bias"]): string {
  switch (bias.kind) {
    case "measured":
      return `${formatShare(bias.leaves.distance)} apart (chance: ${
        formatShare(bias.leaves.noise)
      }), from ${formatCounted(bias.samples, "exact sample")}`;
    case "all-exact":
      return "all samples are exact";
    case "none":
      return "not measured: none could be read exactly";
    case "too-few":
      return `not measured: only ${formatCounted(bias.samples, "exact sample")}`;
    case "too-many-failed":
      return "not measured: too many exact readings failed";
  }
}
