/** JSON of unknown making, taken apart with care. */

import { Damage } from "../damage.ts";

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as an object. */
export function asObject(value: unknown, what: string): JsonObject {
  if (!isObject(value)) throw new Damage(`${what} is no object`);
  return value;
}

/** The value as a list. */
export function asList(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Damage(`${what} is no list`);
  return value;
}

/** The value as a finite number. */
export function asNumber(value: unknown, what: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new Damage(`${what} is no number`);
  }
  return value;
}

/** The value as an index into a list of so many. */
export function asIndex(value: unknown, length: number, what: string): number {
  const index = asNumber(value, what);
  if (!Number.isInteger(index) || index < 0 || index >= length) {
    throw new Damage(`${what} is out of range`);
  }
  return index;
}

/** The value if it is text, else nothing. */
export function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

/** The value if it is a finite number of at least 0, else nothing. */
export function countOr(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : otherwise;
}
