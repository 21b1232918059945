/** Reading files that other tools write, from text or bytes in a test. */

import assert from "node:assert/strict";
import { createCollapsed, DEFAULT_COLLAPSED } from "../../collectors/collapsed.ts";
import { sourceOfBytes } from "../recording/recordings.ts";
import type { CallInput, StackInput } from "../../src/recording/inputs/input.ts";
import { openInput } from "../../src/recording/inputs/open.ts";
import type { SampleBatch } from "../../src/profile/profile.ts";
import { readPieces, SUMMARY } from "../collectors/profiles.ts";

export function open(content: string | Uint8Array): ReturnType<typeof openInput> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return openInput(sourceOfBytes(bytes));
}

/** Opens something with stacks and reads it to its end. */
export function readStacks(
  content: string | Uint8Array,
): { input: StackInput; batches: SampleBatch[]; lines: string[] } {
  const input = open(content);
  assert.ok("knows" in input && input.knows !== "functions", JSON.stringify(input));
  const batches = [...input.read()].filter(({ length }) => length > 0);
  assert.equal(input.progress(), 1);
  const text = readPieces(createCollapsed(DEFAULT_COLLAPSED).finish(input.profile, SUMMARY));
  return { input, batches, lines: text.split("\n").filter((line) => line !== "") };
}

/** Opens something with functions and callers. */
export function readCalls(content: Uint8Array): CallInput {
  const input = open(content);
  assert.ok("knows" in input && input.knows === "functions", JSON.stringify(input));
  return input;
}

/** Why something cannot be opened. */
export function refusal(content: string | Uint8Array): string {
  const input = open(content);
  assert.ok(!("knows" in input), "it was opened");
  return "detail" in input ? `${input.fault}: ${input.detail}` : `${input.code}: ${input.what}`;
}
