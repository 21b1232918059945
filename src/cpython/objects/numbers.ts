import type { Address } from "../../../ffi/process.ts";
import { pointerAt } from "../memory.ts";
import type { ObjectReader } from "./object_reader.ts";

/** Digits of 30 bits; longer numbers are described by their length. */
const MOST_DIGITS = 40;
const DIGIT_BITS = 30n;
/** Most digits that a number can have and be true. */
const LARGEST = 2 ** 28;

/** An `int` as it is written; undefined if there is none. Very long ones are described. */
export function readInt(objects: ObjectReader, object: Address): string | undefined {
  const { reader, fields } = objects;
  const tag = reader.bytes(object + fields.intTag, 8);
  if (tag === undefined) return undefined;
  const view = new DataView(tag.buffer);
  let count: number;
  let negative: boolean;
  if (fields.minor >= 12) {
    // Three bits of sign and others, then the count (CPython Include/cpython/longintrepr.h).
    count = Math.floor(pointerAt(view, 0) / 8);
    negative = (view.getUint8(0) & 3) === 2;
  } else {
    const size = Number(view.getBigInt64(0, true));
    count = Math.abs(size);
    negative = size < 0;
  }
  if (count > LARGEST) return undefined;
  if (count > MOST_DIGITS) return `<int of ${count * Number(DIGIT_BITS)} bits>`;
  const digits = reader.bytes(object + fields.intDigits, count * 4);
  if (digits === undefined) return undefined;
  const words = new DataView(digits.buffer);
  let value = 0n;
  for (let i = count - 1; i >= 0; i--) {
    const digit = words.getUint32(i * 4, true);
    if (digit >>> 30 !== 0) return undefined;
    value = value << DIGIT_BITS | BigInt(digit);
  }
  return String(negative ? -value : value);
}

/** A C `double` as Python writes it. */
export function readFloat(objects: ObjectReader, address: Address): string | undefined {
  const bytes = objects.reader.bytes(address, 8);
  return bytes && writeFloat(new DataView(bytes.buffer).getFloat64(0, true));
}

/** A number as `repr` of Python's `float` writes it. */
function writeFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  // Both languages take the shortest digits that give the same number back.
  const [mantissa = "", power = "0"] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const exponent = Number(power);
  if (value !== 0 && (exponent < -4 || exponent >= 16)) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${mantissa}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}
