import type { Address } from "../../ffi/process.ts";
import { TYPE_FLAG } from "./objects/object_layout.ts";
import { hasFlag, type ObjectReader } from "./objects/object_reader.ts";

/** A function of Python is called: no C but the interpreter's own. */
export const PYTHON = Symbol("python");

const LONGEST_NAME = 256;
/** Methods of methods: more lead in a circle. */
const MOST_WRAPPINGS = 4;

/**
 * What calling an object runs: {@link PYTHON}, or the name of what is written in C, which is the object
 * itself, or the type that knows how to call it. Undefined if the object is none or cannot be called: it is
 * what a call has returned. Untrusted text.
 */
export function nameCallable(
  objects: ObjectReader,
  object: Address,
  wrappings = 0,
): string | typeof PYTHON | undefined {
  const type = objects.typeOf(object);
  if (type === undefined || wrappings > MOST_WRAPPINGS) return undefined;
  const { head } = objects.fields;
  const inner = (): string | typeof PYTHON | undefined =>
    nameCallable(objects, objects.reader.pointer(object + head) ?? 0, wrappings + 1);
  switch (type.name) {
    case "function":
      return PYTHON;
    case "method":
    case "method-wrapper":
      return inner();
    case "builtin_function_or_method":
      return nameBuiltin(objects, object);
    case "method_descriptor":
    case "classmethod_descriptor":
    case "wrapper_descriptor":
      return nameDescriptor(objects, object);
  }
  if (hasFlag(type.flags, TYPE_FLAG.type)) return objects.type(object)?.name;
  return type.isCallable ? type.name : undefined;
}

/** Definition, what it is bound to, module (CPython Include/cpython/methodobject.h). */
function nameBuiltin(objects: ObjectReader, object: Address): string | undefined {
  const { reader, fields: { head } } = objects;
  const [definition = 0, self = 0, module = 0] = objects.pointers(object + head, 3) ?? [];
  const name = reader.ascii(reader.pointer(definition) ?? 0, LONGEST_NAME);
  if (name === undefined || name === "") return undefined;
  const owner = module === 0 ? nameOwner(objects, self) : objects.text(module);
  return owner === undefined ? name : `${owner}.${name}`;
}

/** The class that a method belongs to. */
function nameOwner(objects: ObjectReader, self: Address): string | undefined {
  const type = self === 0 ? undefined : objects.typeOf(self);
  if (type === undefined || type.name === "module") return undefined;
  return hasFlag(type.flags, TYPE_FLAG.type) ? objects.type(self)?.name : type.name;
}

/** Type, name (CPython Include/cpython/descrobject.h). */
function nameDescriptor(objects: ObjectReader, object: Address): string | undefined {
  const [type = 0, name = 0] = objects.pointers(object + objects.fields.head, 2) ?? [];
  const [owner, text] = [objects.type(type)?.name, objects.text(name)];
  return owner === undefined || text === undefined ? undefined : `${owner}.${text}`;
}
