import type { Address } from "../../ffi/process.ts";
import { findInDict } from "./dict.ts";
import { readIdent } from "./native_id.ts";
import { readAttributes } from "./objects/attributes.ts";
import { readDictEntries } from "./objects/dict_entries.ts";
import { ObjectReader } from "./objects/object_reader.ts";
import type { Runtime } from "./runtime.ts";
import type { ThreadState } from "./thread_list.ts";

/** What Python's `threading` module knows of a thread. */
export interface ThreadName {
  /** As the program gave it; untrusted text. */
  readonly name: string;
  /** The program ends without waiting for it; undefined where it does not say. */
  readonly daemon: boolean | undefined;
  /** It was not started by `threading`, which met it later. */
  readonly foreign: boolean;
}

/** More threads than any process has. */
const MOST_THREADS = 100_000;
/** More modules than any program imports. */
const MOST_MODULES = 16_384;
/** The class of what stands for foreign threads. */
const FOREIGN = "_DummyThread";

/**
 * Finds the names that Python's threads have in `threading`: `sys.modules["threading"]._active` maps their
 * `thread_id` to `Thread` objects (CPython 3.8–3.15 Lib/threading.py). A few hundred reads at the first
 * time, then a few for each thread: for times when threads come or go, not for each sample.
 */
export class ThreadNames {
  /** By interpreter: the dictionary of its module `threading`. */
  readonly #modules = new Map<Address, Address>();

  constructor(readonly runtime: Runtime) {}

  /**
   * Reads the names anew.
   * @returns what is known, by the address of the thread state. Threads that `threading` did not meet are
   * not in it, and neither is one that is just starting.
   */
  read(states: readonly ThreadState[]): Map<Address, ThreadName> {
    const names = new Map<Address, ThreadName>();
    const objects = new ObjectReader(this.runtime);
    const { reader, offsets } = this.runtime;
    for (const interpreter of new Set(states.map((state) => state.interpreter))) {
      const threads = this.#readActive(objects, interpreter);
      if (threads.size === 0) continue;
      for (const state of states) {
        if (state.interpreter !== interpreter) continue;
        const thread = threads.get(readIdent(reader, offsets, state.address));
        const name = thread === undefined ? undefined : readThread(objects, thread);
        if (name !== undefined) names.set(state.address, name);
      }
    }
    return names;
  }

  /** The `Thread` objects of an interpreter by the numbers of their threads. */
  #readActive(objects: ObjectReader, interpreter: Address): Map<Address, Address> {
    const threads = new Map<Address, Address>();
    const { reader, layout } = this.runtime;
    const module = this.#findModule(objects, interpreter);
    const active = module === 0 ? undefined : findInDict(reader, layout, module, "_active");
    if (active === undefined || objects.typeOf(active)?.name !== "dict") return threads;
    for (
      const { hashLow, hashHigh, value } of readDictEntries(objects, active, MOST_THREADS) ?? []
    ) {
      // The hash of an address is the address itself.
      threads.set(hashLow + hashHigh * 0x1_0000_0000, value);
    }
    return threads;
  }

  /** The dictionary of the module `threading`; 0 while that is not imported. */
  #findModule(objects: ObjectReader, interpreter: Address): Address {
    const known = this.#modules.get(interpreter);
    if (known !== undefined) return known;
    const { reader, layout, offsets } = this.runtime;
    const modules = reader.pointer(interpreter + offsets.get("interpreter_state.imports_modules"));
    const module = modules === undefined
      ? undefined
      : findInDict(reader, layout, modules, "threading", MOST_MODULES);
    if (module === undefined || objects.typeOf(module)?.name !== "module") return 0;
    const dict = reader.pointer(module + objects.fields.head) ?? 0;
    if (objects.typeOf(dict)?.name !== "dict") return 0;
    this.#modules.set(interpreter, dict);
    return dict;
  }
}

function readThread(objects: ObjectReader, thread: Address): ThreadName | undefined {
  const type = objects.typeOf(thread);
  const attributes = type && readAttributes(objects, thread, type);
  const nameAt = attributes?.get("_name");
  if (type === undefined || nameAt === undefined) return undefined;
  if (objects.typeOf(nameAt)?.name !== "str") return undefined;
  const name = objects.text(nameAt);
  if (name === undefined) return undefined;
  const daemonAt = attributes!.get("_daemonic");
  const daemon = daemonAt === undefined ? undefined : readTruth(objects, daemonAt);
  return { name, daemon, foreign: type.name === FOREIGN };
}

/** A `bool`; undefined if it is none. */
function readTruth(objects: ObjectReader, object: Address): boolean | undefined {
  if (objects.typeOf(object)?.name !== "bool") return undefined;
  const digit = objects.reader.int32(object + objects.fields.intDigits);
  return digit === undefined ? undefined : digit !== 0;
}
