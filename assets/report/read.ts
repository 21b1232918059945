import { type ColumnName, COLUMNS, type Columns, type ReportHeader } from "./format.ts";

/** What a report carries, unpacked. */
export interface Payload {
  readonly header: ReportHeader;
  readonly columns: Columns;
}

/** Unpacks base64 of a deflated payload. */
export async function readPayload(base64: string): Promise<Payload> {
  const packed = new Blob([decodeBase64(base64)]);
  const plain = packed.stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return splitPayload(new Uint8Array(await new Response(plain).arrayBuffer()));
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

/** Takes a payload apart: four bytes of the header's length, the header, the columns. */
export function splitPayload(bytes: Uint8Array): Payload {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + length));
  const header = JSON.parse(text) as ReportHeader;
  const columns = {} as Record<ColumnName, Int32Array>;
  let at = 4 + length;
  for (const [index, name] of COLUMNS.entries()) {
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
