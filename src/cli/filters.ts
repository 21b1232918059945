/** The options that leave samples out: declared, read, and put before the outputs. */

import type { Command } from "commander";
import { FilteredProfile, type Test, type Tests } from "../analysis/sample_filter.ts";
import { escapeForTerminal } from "../analysis/terminal_text.ts";
import type { Filter } from "../profile/metadata.ts";
import { badUsage, type Fault } from "./errors.ts";
import type { Exports, Results } from "./exports.ts";

/** A filter that is ready to be used. */
export interface SampleFilter {
  readonly words: Filter;
  readonly tests: Tests;
}

/** Declares the options on a command. */
export function addFilterOptions(command: Command): void {
  const collect = (text: string, texts: readonly string[] = []): readonly string[] => [
    ...texts,
    text,
  ];
  command
    .optionsGroup("Filters (each may be given again and again):")
    .option("--thread <glob>", "only threads with this name or id: worker*, 4242", collect)
    .option("--include <regex>", "only stacks with such a function or file", collect)
    .option("--exclude <regex>", "no stacks with such a function or file", collect);
}

/** What was given; undefined if nothing was. */
export function readFilterOptions(command: Command): Filter | undefined {
  const { thread: threads = [], include = [], exclude = [] } = command.opts<{
    thread?: readonly string[];
    include?: readonly string[];
    exclude?: readonly string[];
  }>();
  const isNone = threads.length + include.length + exclude.length === 0;
  return isNone ? undefined : { threads, include, exclude };
}

/**
 * Makes a filter ready. Its patterns are those of RE2, whose time grows with the text and no faster:
 * no look-around and no back references.
 */
export async function loadFilter(
  words: Filter | undefined,
): Promise<SampleFilter | Fault | undefined> {
  if (words === undefined) return undefined;
  const { RE2JS } = await import("re2js");
  const { threads, include, exclude } = words;
  const tests: { thread?: Test; include?: Test; exclude?: Test } = {};
  for (
    const [name, texts] of [
      ["thread", threads.map(translateGlob)],
      ["include", include],
      ["exclude", exclude],
    ] as const
  ) {
    const patterns: { test(text: string): boolean }[] = [];
    for (const text of texts) {
      try {
        patterns.push(RE2JS.compile(text));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return badUsage(
          `The pattern of --${name} is wrong: ${escapeForTerminal(reason)}.`,
          "Patterns are regular expressions without look-around and back references.",
        );
      }
    }
    if (patterns.length > 0) tests[name] = (text) => patterns.some((one) => one.test(text));
  }
  return { words, tests };
}

/** `*` and `?` stand for any characters and any one; all others for themselves. */
function translateGlob(glob: string): string {
  const parts = [...glob].map((c) =>
    c === "*"
      ? ".*"
      : c === "?"
      ? "."
      : /[\p{L}\p{N}_]/u.test(c)
      ? c
      : `\\x{${c.codePointAt(0)!.toString(16)}}`
  );
  return `(?s)\\A(?:${parts.join("")})\\z`;
}

/** The same outputs of what a filter leaves. */
export function filterExports(exports: Exports, filter: SampleFilter | undefined): Exports {
  if (filter === undefined) return exports;
  let filtered: FilteredProfile | undefined;
  return {
    ...exports,
    begin(profile, tag): void {
      filtered ??= new FilteredProfile(profile, filter.words, filter.tests);
      exports.begin(filtered.profile, tag);
    },
    add(_, batch): void {
      if (filtered === undefined) return;
      const kept = filtered.add(batch);
      if (kept.length > 0) exports.add(filtered.profile, kept);
    },
    shown: (profile) => filtered?.profile ?? profile,
    snapshot: (profile, summary, number) =>
      exports.snapshot(filtered?.profile ?? profile, summary, number),
    finish(profile, summary, follow): Promise<Results> {
      filtered?.finish();
      return exports.finish(filtered?.profile ?? profile, summary, follow);
    },
  };
}
