import { createMachine } from "../../ffi/platform.ts";
import type { Machine } from "../../ffi/machine.ts";

/** The machine that we are on. */
export const machine: Machine = createMachine();
