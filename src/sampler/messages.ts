import type { Features, Mode, Summary } from "../profile/metadata.ts";
import type { AttachFault, CaptureRequest } from "./capture.ts";

/** What the main thread sends to begin. */
export interface Order {
  readonly request: CaptureRequest;
  readonly memory: SharedArrayBuffer;
}

/** Sent before: to do once what must be quick when a program has been started. */
export const PRACTISE = "practise";

/** All that the main thread says. */
export type Word = typeof PRACTISE | Order;

/**
 * What the sampling thread says: `ready` once it listens (an order sent before would be lost), and again when
 * it has practised; then for each order a fault, or `started` and in the end `finished`, which is its own end.
 */
export type Report =
  | { readonly kind: "ready" }
  | { readonly kind: "fault"; readonly fault: AttachFault }
  | {
    readonly kind: "started";
    readonly pythonVersion: string;
    readonly freeThreaded: boolean;
    /** Which samples are kept: what was asked for, but for `gil` where there is none. */
    readonly mode: Mode;
    /** What stacks will show besides Python frames. */
    readonly features: Features;
    readonly startedAt: number;
  }
  | { readonly kind: "finished"; readonly summary: Summary };
