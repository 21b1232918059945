/** What can be said about a capture before it begins. */

import { formatTime } from "../analysis/units.ts";
import { type FormatName, FORMATS } from "../../collectors/registry.ts";
import type { Consistency, Features } from "../profile/metadata.ts";

/** Below this interval stopping the program costs most of its time, µs. */
const SHORT_TO_BLOCK_US = 100;

/** What is to be captured, and shown. */
interface Asked {
  readonly consistency: Consistency;
  readonly intervalUs: number;
  readonly features: Features;
  readonly live: boolean;
  readonly outputs: readonly { readonly format: FormatName }[];
}

/** Sentences about what was asked for, before it begins. */
export function forewarnings(asked: Asked): string[] {
  const { consistency, intervalUs, features, live, outputs } = asked;
  const sentences: string[] = [];
  if (consistency === "blocking" && intervalUs < SHORT_TO_BLOCK_US) {
    sentences.push(
      `warning: stopping the program every ${
        formatTime(intervalUs)
      } takes longer than that. It is ` +
        "slowed down much, and samples are left out. Use a lower rate (-r), or leave out --blocking.",
    );
  }
  if (features.opcodes && !live && !outputs.some(({ format }) => FORMATS[format].showsOpcodes)) {
    sentences.push(
      "no output that was asked for shows instructions; --flamegraph, --heatmap, --gecko and " +
        "--binary do.",
    );
  }
  return sentences;
}
