import type { Summary } from "../profile/metadata.ts";
import type { AttachFault, CaptureRequest } from "./capture.ts";

/** What the main thread sends to begin. */
export interface Order {
  readonly request: CaptureRequest;
  readonly memory: SharedArrayBuffer;
}

/** What the sampling thread answers: one fault, or first `started` and in the end `finished`. */
export type Report =
  | { readonly kind: "fault"; readonly fault: AttachFault }
  | {
    readonly kind: "started";
    readonly pythonVersion: string;
    readonly freeThreaded: boolean;
    readonly startedAt: number;
  }
  | { readonly kind: "finished"; readonly summary: Summary };
