/** Fields of objects out of a file: nothing is taken for granted. */

/** How each field is read; undefined leaves it out. The compiler sees to it that none is forgotten. */
export type Readers<T> = { readonly [K in keyof Required<T>]: (value: unknown) => T[K] };

/** An object's fields; those that make no sense are as if they were not there. */
export function readFields<T>(readers: Readers<T>, json: unknown): T {
  const from: Readonly<Record<string, unknown>> = isObject(json) ? json : {};
  const fields = Object.entries<(value: unknown) => unknown>(readers)
    .map(([name, read]) => [name, read(Object.hasOwn(from, name) ? from[name] : undefined)])
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields) as T;
}

/** The same where there may be none. */
export function readOptional<T>(readers: Readers<T>, json: unknown): T | undefined {
  return isObject(json) ? readFields(readers, json) : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** A text; empty if it is none. */
export function readText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A list of texts. */
export function readTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(readText) : [];
}

/** A number that is finite and at least 0. */
export function readNumber(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : 0;
}

/** The value if it is one of these. */
export function oneOf<T>(all: readonly T[], value: unknown): T | undefined {
  return all.find((one) => one === value);
}
