import type { Address } from "../../../ffi/process.ts";
import { findInDict } from "../dict.ts";
import { readAttributes } from "../objects/attributes.ts";
import { ObjectReader } from "../objects/object_reader.ts";
import type { Runtime } from "../runtime.ts";
import type { FutureTypes } from "./callbacks.ts";
import type { FutureLayout } from "./future_layouts.ts";
import type { AsyncioFault } from "./task.ts";

/** More modules than any program imports. */
const MOST_MODULES = 65_536;

/** What the module `_asyncio` of an interpreter leads to (CPython 3.11–3.13 Modules/_asynciomodule.c). */
export interface AsyncioModule {
  readonly types: FutureTypes;
  /** A dictionary of loops and the tasks that they run. */
  readonly current: Address;
  /** The set of weak references to all tasks. */
  readonly tasks: Address;
  /** A set of the tasks that were begun eagerly; 0 where there is none (3.11). */
  readonly eager: Address;
}

/** Finds the module in an interpreter, and checks that what it leads to is what it should be. */
export function findModule(
  runtime: Runtime,
  interpreter: Address,
  layout: FutureLayout,
): AsyncioModule | AsyncioFault {
  const { reader, offsets } = runtime;
  const objects = new ObjectReader(runtime);
  const modules = reader.pointer(interpreter + offsets.get("interpreter_state.imports_modules"));
  const module = findInDict(reader, runtime.layout, modules ?? 0, "_asyncio", MOST_MODULES);
  if (module === undefined || objects.typeOf(module)?.name !== "module") {
    return { fault: "no-asyncio", detail: "" };
  }
  const dict = reader.pointer(module + objects.fields.head) ?? 0;
  const find = (name: string): Address => findInDict(reader, runtime.layout, dict, name) ?? 0;
  const task = find("Task");
  if (objects.type(task)?.basicSize !== layout.size) {
    return { fault: "implausible", detail: "asyncio's tasks have another size" };
  }
  const current = find("_current_tasks");
  const eager = find("_eager_tasks");
  const weak = find("_scheduled_tasks") || find("_all_tasks");
  const type = objects.typeOf(weak);
  const tasks = type && readAttributes(objects, weak, type)?.get("data");
  if (tasks === undefined || objects.typeOf(tasks)?.name !== "set") {
    return { fault: "implausible", detail: "asyncio's set of tasks is none" };
  }
  if (objects.typeOf(current)?.name !== "dict") {
    return { fault: "implausible", detail: "asyncio's running tasks are no dictionary" };
  }
  return { types: { task, future: find("Future") }, current, tasks, eager };
}
