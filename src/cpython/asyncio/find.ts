import type { CodeTable } from "../code_table.ts";
import { versionText } from "../debug_offsets.ts";
import type { Runtime } from "../runtime.ts";
import { listThreads } from "../thread_list.ts";
import { findModule } from "./asyncio_module.ts";
import { CoroutineReader } from "./coroutine.ts";
import { FUTURE_LAYOUTS, OLDEST_ASYNCIO } from "./future_layouts.ts";
import { ModuleSource } from "./module_source.ts";
import { findSection } from "./section.ts";
import { SectionSource } from "./section_source.ts";
import type { TaskSource } from "./source.ts";
import type { AsyncioFault } from "./task.ts";

/** Finds where a process has its tasks. */
export function findTasks(runtime: Runtime, codeTable: CodeTable): TaskSource | AsyncioFault {
  const { offsets } = runtime;
  const { minor } = offsets.version;
  const layout = FUTURE_LAYOUTS[minor];
  if (minor < OLDEST_ASYNCIO || (layout !== undefined && offsets.freeThreaded)) {
    return { fault: "asyncio-unsupported", detail: versionText(offsets.version) };
  }
  const coroutines = new CoroutineReader(codeTable, offsets);
  if (layout === undefined) {
    const section = findSection(runtime);
    return "fault" in section ? section : new SectionSource(runtime, section, coroutines);
  }
  const [interpreter] = listThreads(runtime).map((thread) => thread.interpreter);
  if (interpreter === undefined) return { fault: "no-asyncio", detail: "" };
  const module = findModule(runtime, interpreter, layout);
  return "fault" in module ? module : new ModuleSource(runtime, layout, coroutines);
}
