import { versionText } from "../debug_offsets.ts";
import { pointerAt } from "../memory.ts";
import { fileName } from "../file_name.ts";
import type { Runtime } from "../runtime.ts";
import type { AsyncioFault } from "./task.ts";

/**
 * Where asyncio keeps its tasks, as it says itself from 3.14 on in a section of its own: thirteen
 * 64-bit values without any mark (CPython 3.14 Modules/_asynciomodule.c).
 */
export interface AsyncioSection {
  readonly task: {
    readonly size: number;
    readonly name: number;
    readonly awaitedBy: number;
    /** A byte that is 1 in tasks and 0 in other futures. */
    readonly isTask: number;
    /** A byte: `awaitedBy` leads to a set of futures, not to one. */
    readonly isSet: number;
    readonly coroutine: number;
    /** Links to the next and the one before. */
    readonly node: number;
  };
  readonly interpreter: { readonly size: number; readonly tasks: number };
  readonly thread: {
    readonly size: number;
    readonly runningLoop: number;
    readonly runningTask: number;
    readonly tasks: number;
  };
}

const VALUES = 13;
/** Beyond any structure that there has been, by a factor of three. */
const LARGEST_INTERPRETER = 0x20_0000;
const LARGEST_THREAD = 0x1_0000;
const LARGEST_TASK = 0x1000;

/** Finds the section in a process; it is there once asyncio has been imported, or from the start. */
export function findSection(runtime: Runtime): AsyncioSection | AsyncioFault {
  const { process, reader, offsets } = runtime;
  for (const [index, module] of process.modules().entries()) {
    const name = fileName(module.path);
    if (index > 0 && !/asyncio|python/i.test(name)) continue;
    const span = module.section("AsyncioDebug") ?? module.symbol("_AsyncioDebug");
    if (span === undefined) continue;
    const bytes = reader.bytes(span.address, VALUES * 8);
    if (bytes === undefined) return { fault: "implausible", detail: "its table cannot be read" };
    const section = parse(new DataView(bytes.buffer));
    const detail = findImplausible(section);
    return detail === undefined ? section : { fault: "implausible", detail };
  }
  return { fault: "no-asyncio", detail: versionText(offsets.version) };
}

function parse(view: DataView): AsyncioSection {
  const value = (index: number): number => pointerAt(view, index * 8);
  return {
    task: {
      size: value(0),
      name: value(1),
      awaitedBy: value(2),
      isTask: value(3),
      isSet: value(4),
      coroutine: value(5),
      node: value(6),
    },
    interpreter: { size: value(7), tasks: value(8) },
    thread: { size: value(9), runningLoop: value(10), runningTask: value(11), tasks: value(12) },
  };
}

/** Names the first value that cannot be right, if there is one. */
function findImplausible({ task, interpreter, thread }: AsyncioSection): string | undefined {
  const structures: readonly [string, Readonly<Record<string, number>>, number][] = [
    ["task", task, LARGEST_TASK],
    ["interpreter", interpreter, LARGEST_INTERPRETER],
    ["thread", thread, LARGEST_THREAD],
  ];
  for (const [name, fields, largest] of structures) {
    const size = fields["size"]!;
    if (size <= 0 || size > largest) return `the size of its ${name}`;
    for (const [field, offset] of Object.entries(fields)) {
      if (field === "size") continue;
      const bytes = field === "isTask" || field === "isSet" ? 1 : 8;
      if (offset <= 0 || offset + bytes > size || offset % bytes !== 0) {
        return `${field} of its ${name}`;
      }
    }
  }
  return undefined;
}
