import { readDictEntries } from "./dict_entries.ts";
import { TYPE_FLAG } from "./object_layout.ts";
import { hasFlag, type ObjectReader, type ObjectType } from "./object_reader.ts";

/** Classes above a class that are looked through. */
const MOST_BASES = 8;
/** More fields are not looked at, nor are more attributes of a class. */
const MOST_FIELDS = 1000;
/** What makes a subclass of `tuple` a named one (CPython Lib/collections/__init__.py). */
const FIELDS = "_fields";

/** The names of a named tuple's items; untrusted text. Undefined if the class is none. */
export function readFieldNames(
  objects: ObjectReader,
  type: ObjectType,
): readonly string[] | undefined {
  const { fieldNames } = objects;
  if (!fieldNames.has(type.address)) fieldNames.set(type.address, find(objects, type));
  return fieldNames.get(type.address);
}

function find(objects: ObjectReader, type: ObjectType): readonly string[] | undefined {
  let one: ObjectType | undefined = type;
  for (let i = 0; one !== undefined && i < MOST_BASES; i++) {
    // What is written in C has no such attribute.
    if (!hasFlag(one.flags, TYPE_FLAG.heapType)) return undefined;
    for (const { key, value } of readDictEntries(objects, one.dict, MOST_FIELDS) ?? []) {
      if (objects.text(key) === FIELDS) return readTexts(objects, value);
    }
    one = one.base === 0 ? undefined : objects.type(one.base);
  }
  return undefined;
}

/** The texts of a tuple; undefined if it is none, or not all are texts. */
function readTexts(objects: ObjectReader, tuple: number): readonly string[] | undefined {
  const size = objects.size(tuple);
  if (objects.typeOf(tuple)?.name !== "tuple" || size === undefined || size > MOST_FIELDS) {
    return undefined;
  }
  const items = objects.pointers(tuple + objects.fields.tupleItems, size);
  const texts = items?.map((item) => objects.text(item));
  return texts?.every((text) => text !== undefined) ? texts : undefined;
}
