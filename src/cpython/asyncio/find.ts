import type { CodeTable } from "../code_table.ts";
import { versionText } from "../debug_offsets.ts";
import type { Runtime } from "../runtime.ts";
import { CoroutineReader } from "./coroutine.ts";
import { findSection, SECTION_SINCE } from "./section.ts";
import { SectionSource } from "./section_source.ts";
import type { TaskSource } from "./source.ts";
import type { AsyncioFault } from "./task.ts";

/** Finds where a process has its tasks. */
export function findTasks(runtime: Runtime, codeTable: CodeTable): TaskSource | AsyncioFault {
  const { offsets } = runtime;
  if (offsets.version.minor < SECTION_SINCE) {
    return { fault: "asyncio-unsupported", detail: versionText(offsets.version) };
  }
  const section = findSection(runtime);
  if ("fault" in section) return section;
  return new SectionSource(runtime, section, new CoroutineReader(codeTable, offsets));
}
