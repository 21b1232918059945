import type { Address } from "../../../ffi/process.ts";
import type { MemoryReader } from "../memory.ts";
import { readIdent } from "../native_id.ts";
import { readAttributes } from "../objects/attributes.ts";
import { readDictEntries } from "../objects/dict_entries.ts";
import { readInt } from "../objects/numbers.ts";
import { ObjectReader } from "../objects/object_reader.ts";
import type { Runtime } from "../runtime.ts";
import type { ThreadState } from "../thread_list.ts";
import { type AsyncioModule, findModule } from "./asyncio_module.ts";
import { CallbackReader } from "./callbacks.ts";
import type { CoroutineReader } from "./coroutine.ts";
import type { FutureLayout } from "./future_layouts.ts";
import { readPointers } from "./set.ts";
import type { TaskList, TaskSource } from "./source.ts";
import type { TaskFacts } from "./task.ts";
import { readTaskName } from "./task_name.ts";

/** Loops that run at a time. */
const MOST_LOOPS = 4096;
/** Looks at the threads of loops and at the modules of interpreters, until they are looked for anew. */
const LATELY = 256;
/** The attribute of a loop that tells the number of its thread (CPython Lib/asyncio/base_events.py). */
const LOOP_THREAD = "_thread_id";

/**
 * Tasks as 3.11 to 3.13 keep them: in a set of weak references of the module `_asyncio`. Who waits for
 * them follows from their callbacks, and their thread from their loop.
 */
export class ModuleSource implements TaskSource {
  readonly #callbacks: CallbackReader;
  readonly #modules = new Map<Address, AsyncioModule | undefined>();
  /** Thread states of loops. */
  readonly #threadOf = new Map<Address, Address>();
  #threads: readonly ThreadState[] = [];
  #looks = 0;

  constructor(
    readonly runtime: Runtime,
    readonly layout: FutureLayout,
    readonly coroutines: CoroutineReader,
  ) {
    this.#callbacks = new CallbackReader(runtime, layout);
  }

  lists(threads: readonly ThreadState[]): readonly TaskList[] {
    if (++this.#looks % LATELY === 0) {
      this.#threadOf.clear();
      this.#modules.clear();
    }
    if (threads.length !== this.#threads.length) this.#threadOf.clear();
    this.#threads = threads;
    const interpreters = [...new Set(threads.map(({ interpreter }) => interpreter))];
    return interpreters.filter((one) => this.#module(one) !== undefined)
      .map((key) => ({ key }));
  }

  /** @param interpreter address of the interpreter's state. */
  list(reader: MemoryReader, interpreter: Address): Address[] | undefined {
    const module = this.#module(interpreter);
    if (module === undefined) return [];
    const references = readPointers(reader, this.runtime.offsets, module.tasks);
    const eager = module.eager === 0
      ? []
      : readPointers(reader, this.runtime.offsets, module.eager);
    if (references === undefined || eager === undefined) return undefined;
    const head = this.runtime.offsets.get("pyobject.size");
    const tasks = references.map((reference) => reader.pointer(reference + head));
    return [...tasks, ...eager].filter((task) =>
      task !== undefined &&
      this.#callbacks.kindOf(this.runtime.reader, task, module.types) === "task"
    ) as Address[];
  }

  current(reader: MemoryReader, interpreter: Address): Address[] | undefined {
    const module = this.#module(interpreter);
    if (module === undefined) return [];
    const objects = new ObjectReader({ ...this.runtime, reader });
    return readDictEntries(objects, module.current, MOST_LOOPS)?.map(({ value }) => value);
  }

  read(reader: MemoryReader, address: Address): TaskFacts | undefined {
    const { layout, runtime } = this;
    const types = this.#typesOf(reader, address);
    if (types === undefined) return undefined;
    const field = (offset: number): Address => reader.pointer(address + offset) ?? 0;
    const name = readTaskName(reader, runtime.layout, runtime.offsets, field(layout.name));
    const chain = this.coroutines.read(reader, field(layout.coroutine));
    const awaiters = this.#callbacks.awaitersOf(reader, address, types);
    if (name === undefined || chain === undefined || awaiters === undefined) return undefined;
    return { address, name, awaiters, thread: this.#threadOfLoop(field(layout.loop)), ...chain };
  }

  /** The types of the interpreter that a task belongs to; undefined if it is none. */
  #typesOf(reader: MemoryReader, address: Address): AsyncioModule["types"] | undefined {
    for (const module of this.#modules.values()) {
      if (module === undefined) continue;
      if (this.#callbacks.kindOf(reader, address, module.types) === "task") return module.types;
    }
    return undefined;
  }

  #module(interpreter: Address): AsyncioModule | undefined {
    if (this.#modules.has(interpreter)) return this.#modules.get(interpreter);
    const found = findModule(this.runtime, interpreter, this.layout);
    const module = "fault" in found ? undefined : found;
    this.#modules.set(interpreter, module);
    return module;
  }

  /** The thread that runs a loop. One that does not tell its thread is taken to be the main thread's. */
  #threadOfLoop(loop: Address): Address {
    const known = this.#threadOf.get(loop);
    if (known !== undefined) return known;
    const { reader, offsets } = this.runtime;
    const objects = new ObjectReader(this.runtime);
    const type = objects.typeOf(loop);
    const number = type && readAttributes(objects, loop, type)?.get(LOOP_THREAD);
    const ident = number === undefined ? undefined : this.#readNumber(objects, number);
    const thread = this.#threads.find(({ address, main }) =>
      number === undefined ? main : readIdent(reader, offsets, address) === ident
    );
    const found = thread?.address ?? 0;
    this.#threadOf.set(loop, found);
    return found;
  }

  /** An `int` object; undefined if it is none, as that of a loop that does not run. */
  #readNumber(objects: ObjectReader, object: Address): number | undefined {
    if (objects.typeOf(object)?.name !== "int") return undefined;
    return Number(readInt(objects, object));
  }
}
