import type { Address } from "../process.ts";
import type { WindowsHelper } from "../helper/functions.ts";
import type { FfiBuffer } from "../helper/library.ts";
import { readText } from "./text.ts";

/** A module as the system lists it. */
export interface ListedModule {
  /** Untrusted text. */
  readonly path: string;
  readonly start: Address;
}

const MOST_MODULES = 0x1_0000;

/** The modules of an open process, the executable first; empty when it is gone, or is only just starting. */
export function listModules(helper: WindowsHelper, process: number): ListedModule[] {
  const listed: ListedModule[] = [];
  for (const start of listStarts(helper, process)) {
    const path = readText((into, capacity) =>
      helper.tach_module_path(process, start, into, capacity)
    );
    if (path !== undefined) listed.push({ path, start });
  }
  return listed;
}

function listStarts(helper: WindowsHelper, process: number): Iterable<number> {
  for (let capacity = 256; capacity <= MOST_MODULES; capacity *= 4) {
    const starts = new Float64Array(capacity);
    const count = helper.tach_modules(process, starts as unknown as FfiBuffer, capacity);
    if (count <= capacity) return starts.subarray(0, Math.max(0, count));
  }
  return [];
}
