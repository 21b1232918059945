/** Values of Python as text that is safe for a terminal, much like `repr` writes them. */

import { escapeForTerminal, spellOut } from "../../analysis/terminal_text.ts";
import type { Value } from "../../cpython/objects/value.ts";

/** In place of what is left out. */
const MORE = "…";

/** Longest text of one value, characters; the rest is left out. */
const LONGEST = 400;

/** Writes a value on one line. What is in angle brackets is no value, but said of one. */
export function writeValue(value: Value): string {
  const text = write(value);
  return text.length <= LONGEST ? text : `${[...text].slice(0, LONGEST - 1).join("")}${MORE}`;
}

function write(value: Value): string {
  switch (value.kind) {
    case "plain":
      return value.text;
    case "str":
      return quote(value.text, value.length);
    case "bytes":
      return writeBytes(value);
    case "list":
      return `[${writeItems(value.items, value.length)}]`;
    case "tuple":
      return value.length === 1
        ? `(${writeItems(value.items, 1)},)`
        : `(${writeItems(value.items, value.length)})`;
    case "set":
    case "frozenset":
      return writeSet(value);
    case "dict": {
      const pairs = value.entries.map(([key, value]) => `${write(key)}: ${write(value)}`);
      return `{${list(pairs, value.length)}}`;
    }
    case "object":
      return writeObject(value);
    case "named":
      return `<${escapeForTerminal(value.what)} ${escapeForTerminal(value.name)}>`;
    case "opaque":
      return `<${escapeForTerminal(value.type)} at 0x${value.address.toString(16)}>`;
    case "unreadable":
      return "<unreadable>";
    case "hidden":
      return "<hidden>";
    case "late":
    case "deep":
    case "cycle":
      return MORE;
  }
}

/** `Name(a=1, b=2)`, `Name(1, 2)` for subclasses of tuple, `Name({…})` for those of others, and members of enumerations. */
function writeObject(value: Value & { kind: "object" }): string {
  const name = escapeForTerminal(value.type);
  const attributes = new Map(value.attributes);
  const member = attributes.get("_name_");
  if (member?.kind === "str" && attributes.has("_value_")) {
    return `<${name}.${escapeForTerminal(member.text)}: ${write(attributes.get("_value_")!)}>`;
  }
  const { inner } = value;
  const pairs = value.attributes.map(([name, one]) => `${escapeForTerminal(name)}=${write(one)}`);
  const own = list(pairs, value.length);
  if (inner === undefined) return `${name}(${own})`;
  const held = inner.kind === "tuple" ? writeItems(inner.items, inner.length) : write(inner);
  return `${name}(${[held, own].filter((text) => text !== "").join(", ")})`;
}

function writeSet({ kind, items, length }: Value & { kind: "set" | "frozenset" }): string {
  if (length === 0) return `${kind}()`;
  const text = `{${writeItems(items, length)}}`;
  return kind === "set" ? text : `frozenset(${text})`;
}

function writeItems(items: readonly Value[], length: number): string {
  return list(items.map(write), length);
}

function list(texts: readonly string[], length: number): string {
  const left = length - texts.length;
  return [...texts, ...(left > 0 ? [`${MORE} ${left} more`] : [])].join(", ");
}

function quote(text: string, length: number): string {
  const mark = chooseQuotes(text);
  const escaped = escapeForTerminal(text.replaceAll("\\", "\\\\").replaceAll(mark, `\\${mark}`));
  return `${mark}${escaped}${mark}${howMuchMore([...text].length, length)}`;
}

function writeBytes({ bytes, length, mutable }: Value & { kind: "bytes" }): string {
  const mark = chooseQuotes(String.fromCharCode(...bytes));
  let text = "";
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (character === mark || character === "\\") text += `\\${character}`;
    else if (byte >= 0x20 && byte < 0x7f) text += character;
    else text += byte >= 0x7f ? spellOut(character) : escapeForTerminal(character);
  }
  const written = `b${mark}${text}${mark}${howMuchMore(bytes.length, length)}`;
  return mutable ? `bytearray(${written})` : written;
}

/** Single quotes, unless the text has some and no double ones. */
function chooseQuotes(text: string): string {
  return text.includes("'") && !text.includes('"') ? '"' : "'";
}

function howMuchMore(shown: number, length: number): string {
  return length > shown ? `${MORE} ${length - shown} more` : "";
}
