import type { Address } from "../../../ffi/process.ts";
import { readDictEntries } from "./dict_entries.ts";
import { TYPE_FLAG } from "./object_layout.ts";
import { hasFlag, type ObjectReader, type ObjectType } from "./object_reader.ts";

/** What an object is and is called; untrusted text. */
export interface NamedObject {
  readonly what: string;
  readonly name: string;
}

/** A module's own name stands among the first entries of its dictionary. */
const MOST_PLACES = 64;
const LONGEST_NAME = 256;

/** The name of an object that is known by one: a class, a function, a module; undefined for others. */
export function nameOfObject(
  objects: ObjectReader,
  object: Address,
  type: ObjectType,
): NamedObject | undefined {
  const what = type.name;
  const name = hasFlag(type.flags, TYPE_FLAG.type)
    ? objects.type(object)?.name
    : READERS.get(what)?.(objects, object);
  if (name === undefined) return undefined;
  return { what: hasFlag(type.flags, TYPE_FLAG.type) ? "class" : what, name };
}

type NameReader = (objects: ObjectReader, object: Address) => string | undefined;

const READERS: ReadonlyMap<string, NameReader> = new Map<string, NameReader>([
  ["function", readFunction],
  ["method", readMethod],
  ["builtin_function_or_method", readBuiltin],
  ["module", readModule],
  ["code", (objects, code) => readText(objects, code + nameOfCode(objects))],
  ["generator", readGenerator],
  ["coroutine", readGenerator],
  ["async_generator", readGenerator],
]);

/** The code's pointer comes first up to 3.9, then behind globals, builtins, name and qualified name (CPython Include/cpython/funcobject.h). */
function readFunction(objects: ObjectReader, object: Address): string | undefined {
  const { head, minor } = objects.fields;
  if (minor >= 10) return readText(objects, object + head + 24);
  const code = objects.reader.pointer(object + head) ?? 0;
  return code === 0 ? undefined : readText(objects, code + nameOfCode(objects));
}

/** The function comes first, then what it is bound to. */
function readMethod(objects: ObjectReader, object: Address): string | undefined {
  const { head } = objects.fields;
  const bound = objects.reader.pointer(object + head) ?? 0;
  const type = objects.typeOf(bound);
  return type?.name === "function" ? readFunction(objects, bound) : undefined;
}

/** The definition comes first, and its first word is the name as C text (CPython Include/cpython/methodobject.h). */
function readBuiltin(objects: ObjectReader, object: Address): string | undefined {
  const definition = objects.reader.pointer(object + objects.fields.head) ?? 0;
  const name = objects.reader.pointer(definition) ?? 0;
  return objects.reader.ascii(name, LONGEST_NAME);
}

function readModule(objects: ObjectReader, object: Address): string | undefined {
  const dict = objects.reader.pointer(object + objects.fields.head) ?? 0;
  for (const { key, value } of readDictEntries(objects, dict, MOST_PLACES) ?? []) {
    if (objects.text(key) === "__name__") return objects.text(value);
  }
  return undefined;
}

function readGenerator(objects: ObjectReader, object: Address): string | undefined {
  return readText(objects, object + objects.fields.generatorName + 8);
}

function nameOfCode({ layout: { code } }: ObjectReader): number {
  return code.qualname < 0 ? code.name : code.qualname;
}

function readText(objects: ObjectReader, at: Address): string | undefined {
  const text = objects.reader.pointer(at) ?? 0;
  return text === 0 ? undefined : objects.text(text);
}
