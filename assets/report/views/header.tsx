import type { JSX } from "preact";
import {
  formatCount,
  formatCounted,
  formatRate,
  formatShare,
  formatTime,
} from "../../../src/analysis/units.ts";
import type { Model } from "../model.ts";
import type { Page } from "./page.ts";

interface HeaderProps {
  readonly page: Page;
  switchTheme(): void;
  openHelp(): void;
}

/** Whose profile it is, and how far to trust it. */
export function Header({ page, switchTheme, openHelp }: HeaderProps): JSX.Element {
  const { model, theme, go } = page;
  const { metadata, notes } = model.header.facts;
  const loud = notes.filter(({ level }) => level === "loud");
  return (
    <header>
      <div class="title">
        <h1 title={metadata.command.join(" ")}>
          <bdi>{titleOf(model)}</bdi>
        </h1>
        <p class="faint">
          {[
            metadata.pythonVersion === "" ? "" : `Python ${metadata.pythonVersion}`,
            metadata.freeThreaded ? "free-threaded" : "",
            metadata.pid === 0 ? "" : `pid ${metadata.pid}`,
            metadata.startedAt === 0 ? "" : formatDate(metadata.startedAt),
          ].filter((part) => part !== "").join(" · ")}
        </p>
        <div class="tools">
          <button
            type="button"
            class="plain"
            onClick={switchTheme}
            title="Light or dark (t)"
            aria-label={theme === "dark" ? "Light colours" : "Dark colours"}
          >
            {theme === "dark" ? "Light" : "Dark"}
          </button>
          <button type="button" class="plain" onClick={openHelp} title="All keys (?)">
            Keys
          </button>
        </div>
      </div>
      <button
        type="button"
        class={loud.length > 0 ? "trust loud" : "trust"}
        onClick={() => go({ view: "summary" })}
        title="More about this capture"
      >
        <span class="sign" aria-hidden="true">{loud.length > 0 ? "!" : "✓"}</span>
        <span>{trustLine(model)}</span>
        {loud.map(({ text }) => <strong key={text}>{text}</strong>)}
      </button>
    </header>
  );
}

/** What was run, without the folders that it is in. */
export function titleOf({ header }: Model): string {
  const { command } = header.facts.metadata;
  const script = command.findIndex((part, index) => index > 0 && !part.startsWith("-"));
  const parts = command.map((part, index) =>
    index === 0 || index === script ? part.split("/").at(-1) || part : part
  );
  return parts.join(" ") || "A Python program";
}

/** How a capture went, in one line. */
function trustLine({ header, samples }: Model): string {
  const { metadata, summary, quality, trust, independent } = header.facts;
  const parts = [formatCounted(samples, "sample")];
  if (summary.durationUs > 0) parts[0] += ` in ${formatTime(roughly(summary.durationUs))}`;
  parts.push(`${metadata.mode} time`);
  if (quality.ticks > 0) {
    parts.push(
      `${formatRate(trust.achievedHz)} of ${formatRate(trust.askedHz)} asked`,
      `${formatShare(trust.missed)} missed`,
      `${formatShare(trust.rejected)} rejected`,
    );
  } else parts.push("what was missed or rejected is not recorded");
  if (independent > 0 && independent < samples * 0.9) {
    parts.push(`worth ${formatCount(Math.round(independent))} independent ones`);
  }
  return parts.join(" · ");
}

/** Three digits are enough to look at. */
export function roughly(value: number): number {
  return Number(value.toPrecision(3));
}

/** `2026-11-21 05:42`, in the reader's time zone. */
export function formatDate(milliseconds: number): string {
  const date = new Date(milliseconds - new Date(milliseconds).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 16).replace("T", " ");
}
