import {
  type Columns,
  NAME_COLUMNS,
  type NameColumn,
  type PartHeader,
  type ReportHeader,
  TREE_COLUMNS,
  type TreeColumn,
} from "./format.ts";

/** A part of a report, unpacked. */
export interface Part<Header, Name extends string> {
  readonly header: Header;
  readonly columns: Columns<Name>;
}
export type Names = Part<ReportHeader, NameColumn>;
export type Calls = Part<unknown, TreeColumn>;

/** Unpacks the names. @param base64 of the deflated part. */
export async function readNames(base64: string): Promise<Names> {
  return splitPart<ReportHeader, NameColumn>(await inflate(base64), NAME_COLUMNS);
}

/** Unpacks a tree. @param bytes what {@link inflate} gave. */
export function readCalls(bytes: Uint8Array): Calls {
  return splitPart(bytes, TREE_COLUMNS);
}

/** Unpacks the bytes of a part, beside all else that the page does. */
export async function inflate(base64: string): Promise<Uint8Array> {
  const packed = new Blob([decodeBase64(base64)]);
  const plain = packed.stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const direct = (Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> })
    .fromBase64;
  if (direct !== undefined) return direct(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Takes a part apart: four bytes of the header's length, the header, the columns. */
function splitPart<Header, Name extends string>(
  bytes: Uint8Array,
  names: readonly Name[],
): Part<Header, Name> {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + length));
  const header = JSON.parse(text) as Header & PartHeader;
  const columns = {} as Record<Name, Int32Array>;
  let at = 4 + length;
  for (const [index, name] of names.entries()) {
    const values = new Int32Array(header.lengths[index]!);
    at = readColumn(bytes, at, values);
    columns[name] = values;
  }
  return { header, columns };
}

/** Reads LEB128 numbers until the column is full; returns where the next begins. */
function readColumn(bytes: Uint8Array, start: number, values: Int32Array): number {
  let at = start;
  for (let i = 0; i < values.length; i++) {
    let byte = bytes[at++]!;
    let value = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      byte = bytes[at++]!;
      value |= (byte & 127) << shift;
    }
    values[i] = value;
  }
  return at;
}
