import type { SourceEntry } from "./format.ts";

/** What is to be known of a source before its lines are believed; empty: nothing. */
export const SOURCE_NOTES: Readonly<Record<SourceEntry["state"], string>> = {
  read: "",
  changed: "This file was changed after the capture began: lines may not fit.",
  unproven:
    "Read on the machine that wrote this page; nothing tells whether this is the file that ran.",
  missing: "The source could not be read.",
};
